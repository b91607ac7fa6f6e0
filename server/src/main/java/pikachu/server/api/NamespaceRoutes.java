package pikachu.server.api;

import io.helidon.http.Method;
import java.util.List;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Identity;
import pikachu.server.entities.Json;

/** Namespaces, their limits, and the collections that are always empty: packages, triggers and rules. */
final class NamespaceRoutes {
    private final Entitlement entitlement;

    NamespaceRoutes(Entitlement entitlement) {
        this.entitlement = entitlement;
    }

    void list(Exchange exchange, Identity caller) {
        exchange.json(200, Json.write(out -> {
            out.writeStartArray();
            out.writeString(caller.namespace().value());
            out.writeEndArray();
        }));
    }

    void limits(Exchange exchange, Identity caller, NamespaceName namespace, List<String> path) {
        Routes.requireGet(exchange);
        if (!path.isEmpty()) {
            throw Refused.because(400, "Inner entity level routes for limits are not yet implemented.");
        }
        entitlement.collection(caller, namespace);
        var limits = entitlement.limits();
        exchange.json(200, Json.write(out -> {
            out.writeStartObject();
            out.writeNumberProperty("concurrentInvocations", limits.concurrentInvocations());
            out.writeNumberProperty("firesPerMinute", limits.invocationsPerMinute());
            out.writeNumberProperty("invocationsPerMinute", limits.invocationsPerMinute());
            out.writeNumberProperty("maxActionConcurrency", limits.concurrency().max());
            out.writeNumberProperty("maxActionInstances", limits.concurrentInvocations());
            out.writeNumberProperty("maxActionLogs", limits.logsMb().max());
            out.writeNumberProperty("maxActionMemory", limits.memoryMb().max());
            out.writeNumberProperty("maxActionTimeout", limits.timeoutMs().max());
            out.writeStringProperty("maxParameterSize", PlatformLimits.MAX_PARAMETERS + " B");
            out.writeNumberProperty("minActionConcurrency", limits.concurrency().min());
            out.writeNumberProperty("minActionLogs", limits.logsMb().min());
            out.writeNumberProperty("minActionMemory", limits.memoryMb().min());
            out.writeNumberProperty("minActionTimeout", limits.timeoutMs().min());
            out.writeEndObject();
        }));
    }

    /** Clients that show a namespace list all its collections. */
    void empty(Exchange exchange, Identity caller, NamespaceName namespace, String collection, List<String> path) {
        if (!path.isEmpty()) {
            throw exchange.isA(Method.GET) || exchange.isA(Method.DELETE) ? Refused.missing() : Routes.noRoute();
        }
        Routes.requireGet(exchange);
        if (!collection.equals("packages")) {
            entitlement.collection(caller, namespace);
        }
        var query = exchange.query();
        query.limit(collection);
        query.skip(collection);
        boolean isCounted = query.flag("count", false);
        exchange.json(200, Json.write(out -> {
            if (isCounted) {
                out.writeStartObject();
                out.writeNumberProperty(collection, 0);
                out.writeEndObject();
            } else {
                out.writeStartArray();
                out.writeEndArray();
            }
        }));
    }
}
