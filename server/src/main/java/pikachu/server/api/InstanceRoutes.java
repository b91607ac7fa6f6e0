package pikachu.server.api;

import java.util.List;
import java.util.Locale;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvalidName;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.Invocations;
import pikachu.server.controller.Refused;
import pikachu.server.entities.EntryJson;
import pikachu.server.entities.Identity;
import pikachu.server.entities.Json;

/** The directory: list, watch, one instance. */
final class InstanceRoutes {
    private static final String COLLECTION = "instances";

    private final Entitlement entitlement;
    private final Invocations invocations;
    private final InstanceWatch watch;

    InstanceRoutes(Entitlement entitlement, Invocations invocations, InstanceWatch watch) {
        this.entitlement = entitlement;
        this.invocations = invocations;
        this.watch = watch;
    }

    void answer(Exchange exchange, Identity caller, NamespaceName namespace, List<String> path) {
        Routes.requireGet(exchange);
        if (path.size() > 1) {
            throw Routes.noRoute();
        }
        if (path.isEmpty()) {
            entitlement.collection(caller, namespace);
            if (exchange.query().flag("watch", false)) {
                watch.stream(exchange, namespace);
            } else {
                list(exchange, namespace);
            }
            return;
        }
        var id = id(path.getFirst());
        entitlement.entity(caller, namespace, id.value());
        var entry = invocations.instance(namespace, id).orElseThrow(Refused::missing);
        exchange.json(200, EntryJson.write(entry));
    }

    private void list(Exchange exchange, NamespaceName namespace) {
        var query = exchange.query();
        int limit = query.limit(COLLECTION);
        int skip = query.skip(COLLECTION);
        var matching = query.text("state").map(InstanceRoutes::state);
        boolean isCounted = query.flag("count", false);
        var found = invocations.instances(namespace).stream()
                .filter(entry -> matching.isEmpty() || entry.state() == matching.get())
                .skip(skip)
                .toList();
        exchange.json(200, isCounted ? count(found.size()) : array(found, limit));
    }

    private static byte[] count(int count) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeNumberProperty(COLLECTION, count);
            out.writeEndObject();
        });
    }

    private static byte[] array(List<Entry> entries, int limit) {
        return Json.write(out -> {
            out.writeStartArray();
            entries.stream().limit(limit).forEach(entry -> EntryJson.write(out, entry));
            out.writeEndArray();
        });
    }

    private static State state(String given) {
        for (var state : State.values()) {
            if (state.text().equals(given.toLowerCase(Locale.ROOT))) {
                return state;
            }
        }
        throw Refused.malformedQuery("state", "'" + given + "' is none of starting, running, waiting, leaving, gone.");
    }

    private static InstanceId id(String segment) {
        try {
            return new InstanceId(segment);
        } catch (InvalidName e) {
            throw Refused.rejected(400, String.valueOf(e.getMessage()));
        }
    }
}
