package pikachu.server.api;

import io.helidon.http.Method;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.names.ActionName;
import pikachu.core.names.EntityName;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Actions;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Action;
import pikachu.server.entities.ActionJson;
import pikachu.server.entities.Code;
import pikachu.server.entities.Identity;
import pikachu.server.entities.Json;
import pikachu.server.entities.JsonObject;
import pikachu.server.entities.MalformedJson;

/** Actions: list, read, write, delete. */
final class ActionRoutes {
    static final String COLLECTION = "actions";
    /** Code, parameters and annotations at their largest. */
    private static final long MAX_BODY = 50L << 20;

    private static final String EMPTY_BODY =
            "Unexpected end-of-input at input index 0 (line 1, position 1), expected JSON Value:\n\n^\n";

    private final Entitlement entitlement;
    private final Actions actions;

    ActionRoutes(Entitlement entitlement, Actions actions) {
        this.entitlement = entitlement;
        this.actions = actions;
    }

    void list(Exchange exchange, Identity caller, NamespaceName namespace) {
        entitlement.collection(caller, namespace);
        var query = exchange.query();
        int limit = query.limit(COLLECTION);
        int skip = query.skip(COLLECTION);
        if (query.flag("count", false)) {
            long count = actions.count(namespace, skip);
            exchange.json(200, Json.write(out -> {
                out.writeStartObject();
                out.writeNumberProperty(COLLECTION, count);
                out.writeEndObject();
            }));
            return;
        }
        var found = actions.list(namespace, skip, limit);
        exchange.json(200, Json.write(out -> {
            out.writeStartArray();
            found.forEach(action -> ActionJson.listItem(out, action));
            out.writeEndArray();
        }));
    }

    void answer(Exchange exchange, Identity caller, NamespaceName namespace, EntityName entity) {
        var name = new ActionName(namespace, entity);
        if (exchange.isA(Method.GET)) {
            entitlement.entity(caller, namespace, entity.value());
            boolean withCode = exchange.query().flag("code", true);
            var action = actions.get(name).action();
            show(exchange, action, withCode);
        } else if (exchange.isA(Method.PUT)) {
            entitlement.entity(caller, namespace, entity.value());
            put(exchange, name);
        } else if (exchange.isA(Method.DELETE)) {
            entitlement.entity(caller, namespace, entity.value());
            delete(exchange, name);
        } else {
            throw Routes.noRoute();
        }
    }

    /** There are no packages, so whatever is asked of one is not there. */
    void packaged(Exchange exchange, Identity caller, NamespaceName namespace, List<String> path) {
        boolean isList = path.get(1).isEmpty();
        var name = Routes.entity(path.getFirst());
        if (isList) {
            Routes.requireGet(exchange);
        } else {
            Routes.entity(path.get(1));
        }
        if (exchange.isA(Method.HEAD) || exchange.isA(Method.PATCH)) {
            throw Routes.noRoute();
        }
        if (exchange.isA(Method.POST)) {
            entitlement.activate(caller, namespace, name.value());
        }
        entitlement.entity(caller, namespace, name.value());
        throw Refused.missing();
    }

    private void put(Exchange exchange, ActionName name) {
        boolean overwrite = exchange.query().flag("overwrite", false);
        show(exchange, written(exchange, name, overwrite), true);
    }

    private Action written(Exchange exchange, ActionName name, boolean overwrite) {
        try (var body = exchange.body(MAX_BODY)) {
            if (body.bytes().length == 0) {
                throw Refused.malformed(EMPTY_BODY);
            }
            return actions.put(name, parsed(body.bytes()), overwrite);
        }
    }

    private static JsonObject parsed(byte[] body) {
        try {
            return JsonObject.parse(body);
        } catch (MalformedJson e) {
            throw Refused.malformed(String.valueOf(e.getMessage()));
        }
    }

    private void delete(Exchange exchange, ActionName name) {
        var found = actions.get(name).action();
        withCode(exchange, found, code -> {
            actions.delete(name);
            answer(exchange, found, code);
        });
    }

    private void show(Exchange exchange, Action action, boolean withCode) {
        if (withCode) {
            withCode(exchange, action, code -> answer(exchange, action, code));
        } else {
            answer(exchange, action, Optional.empty());
        }
    }

    private void withCode(Exchange exchange, Action action, Consumer<Optional<byte[]>> use) {
        var share = exchange.reserve(action.exec().code().length());
        try {
            use.accept(actions.code(action));
        } finally {
            share.run();
        }
    }

    private static void answer(Exchange exchange, Action action, Optional<byte[]> code) {
        if (code.isPresent() && code.get().length > Code.MAX_INLINE) {
            exchange.jsonStream(out -> ActionJson.entity(out, action, code));
        } else {
            exchange.json(200, Json.write(1024, out -> ActionJson.entity(out, action, code)));
        }
    }
}
