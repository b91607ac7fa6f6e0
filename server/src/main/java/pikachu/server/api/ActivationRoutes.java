package pikachu.server.api;

import java.util.List;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvalidName;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Activations;
import pikachu.server.controller.Activations.Filter;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.Refused;
import pikachu.server.entities.ActivationJson;
import pikachu.server.entities.Identity;
import pikachu.server.entities.Json;

/** Activation records: list and read. */
final class ActivationRoutes {
    private static final String COLLECTION = "activations";

    private final Entitlement entitlement;
    private final Activations activations;

    ActivationRoutes(Entitlement entitlement, Activations activations) {
        this.entitlement = entitlement;
        this.activations = activations;
    }

    void answer(Exchange exchange, Identity caller, NamespaceName namespace, List<String> path) {
        Routes.requireGet(exchange);
        if (path.isEmpty()) {
            entitlement.collection(caller, namespace);
            list(exchange, namespace);
            return;
        }
        boolean isWhole = path.size() == 1 || (path.size() == 2 && path.get(1).isEmpty());
        if (!isWhole && (path.size() > 2 || !List.of("result", "logs").contains(path.get(1)))) {
            throw Routes.noRoute();
        }
        var id = id(path.getFirst());
        entitlement.entity(caller, namespace, id.value());
        var stored = activations.get(namespace, id);
        if (isWhole) {
            exchange.json(200, ActivationJson.outward(stored));
        } else if (path.get(1).equals("result")) {
            exchange.json(200, ActivationJson.result(stored));
        } else {
            exchange.json(200, ActivationJson.logs(stored));
        }
    }

    private static ActivationId id(String segment) {
        try {
            return new ActivationId(segment);
        } catch (InvalidName e) {
            throw Refused.rejected(400, String.valueOf(e.getMessage()));
        }
    }

    private void list(Exchange exchange, NamespaceName namespace) {
        var query = exchange.query();
        boolean withDocuments = query.flag("docs", false);
        boolean isCounted = query.flag("count", false);
        if (withDocuments && isCounted) {
            throw Refused.because(400, "The parameter 'docs' is not permitted with 'count'.");
        }
        var filter = filter(query);
        if (isCounted) {
            count(exchange, namespace, filter);
            return;
        }
        var found = activations.list(namespace, filter);
        exchange.json(200, Json.write(out -> {
            out.writeStartArray();
            for (var stored : found) {
                if (withDocuments) {
                    ActivationJson.outward(out, stored);
                } else {
                    ActivationJson.listItem(out, stored);
                }
            }
            out.writeEndArray();
        }));
    }

    private void count(Exchange exchange, NamespaceName namespace, Filter filter) {
        var all = new Filter(filter.action(), filter.since(), filter.upto(), filter.skip(), Integer.MAX_VALUE);
        long count = activations.count(namespace, all);
        exchange.json(200, Json.write(out -> {
            out.writeStartObject();
            out.writeNumberProperty(COLLECTION, count);
            out.writeEndObject();
        }));
    }

    private static Filter filter(Query query) {
        return new Filter(
                query.text("name").filter(name -> !name.isEmpty()).map(ActivationRoutes::label),
                query.time("since", 0),
                query.time("upto", Long.MAX_VALUE),
                query.skip(COLLECTION),
                query.limit(COLLECTION));
    }

    private static String label(String name) {
        if (name.chars().filter(c -> c == '/').count() > 1) {
            throw Refused.malformedQuery(
                    "name", "Parameter may be a 'simple' name or 'package-name/simple' name: " + name);
        }
        return name;
    }
}
