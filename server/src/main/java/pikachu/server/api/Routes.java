package pikachu.server.api;

import io.helidon.http.Method;
import java.util.List;
import pikachu.core.names.EntityName;
import pikachu.core.names.InvalidName;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Authentication;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Identity;

/** Which path is answered by whom. */
final class Routes {
    private final Authentication authentication;
    private final ServerInfo info;
    private final NamespaceRoutes namespaces;
    private final ActionRoutes actions;
    private final InvokeRoute invoke;
    private final ActivationRoutes activations;
    private final InstanceRoutes instances;

    Routes(
            Authentication authentication,
            ServerInfo info,
            NamespaceRoutes namespaces,
            ActionRoutes actions,
            InvokeRoute invoke,
            ActivationRoutes activations,
            InstanceRoutes instances) {
        this.authentication = authentication;
        this.info = info;
        this.namespaces = namespaces;
        this.actions = actions;
        this.invoke = invoke;
        this.activations = activations;
        this.instances = instances;
    }

    void answer(Exchange exchange) {
        if (exchange.isA(Method.OPTIONS)) {
            exchange.serverLevel();
            exchange.text(200, "OK");
            return;
        }
        var path = exchange.segments();
        if (path.size() < 2 || !path.getFirst().equals("api") || !path.get(1).equals("v1")) {
            exchange.serverLevel();
            info.answer(exchange, path);
            return;
        }
        var below = withoutLastSlash(path.subList(2, path.size()));
        if (below.isEmpty() && exchange.isA(Method.GET)) {
            info.api(exchange);
            return;
        }
        var caller = authentication.authenticate(exchange.authorization());
        if (below.isEmpty() || !below.getFirst().equals("namespaces")) {
            throw noRoute();
        }
        if (below.size() == 1) {
            requireGet(exchange);
            namespaces.list(exchange, caller);
            return;
        }
        // a slash at the end is part of the path here: few accept it
        inNamespace(exchange, caller, path.subList(3, path.size()));
    }

    private void inNamespace(Exchange exchange, Identity caller, List<String> path) {
        if (path.size() < 2) {
            throw noRoute();
        }
        var namespace = namespace(caller, path.getFirst());
        var rest = path.subList(2, path.size());
        boolean isCollection =
                rest.isEmpty() || (rest.size() == 1 && rest.getFirst().isEmpty());
        var below = isCollection ? List.<String>of() : rest;
        switch (path.get(1)) {
            case "actions" -> actions(exchange, caller, namespace, below);
            case "activations" -> activations.answer(exchange, caller, namespace, below);
            case "instances" -> instances.answer(exchange, caller, namespace, below);
            case "limits" -> namespaces.limits(exchange, caller, namespace, below);
            case "packages", "triggers", "rules" -> namespaces.empty(exchange, caller, namespace, path.get(1), below);
            default -> throw noRoute();
        }
    }

    private void actions(Exchange exchange, Identity caller, NamespaceName namespace, List<String> path) {
        if (path.isEmpty()) {
            requireGet(exchange);
            actions.list(exchange, caller, namespace);
        } else if (path.size() == 1 && exchange.isA(Method.POST)) {
            invoke.answer(exchange, caller, namespace, entity(path.getFirst()));
        } else if (path.size() == 1) {
            actions.answer(exchange, caller, namespace, entity(path.getFirst()));
        } else if (path.size() == 2) {
            actions.packaged(exchange, caller, namespace, path);
        } else {
            throw noRoute();
        }
    }

    private static NamespaceName namespace(Identity caller, String segment) {
        if (segment.equals("_")) {
            return caller.namespace();
        }
        try {
            return new NamespaceName(segment);
        } catch (InvalidName e) {
            throw Refused.rejected(400, String.valueOf(e.getMessage()));
        }
    }

    static EntityName entity(String segment) {
        try {
            return new EntityName(segment);
        } catch (InvalidName e) {
            throw Refused.rejected(400, String.valueOf(e.getMessage()));
        }
    }

    static void requireGet(Exchange exchange) {
        if (!exchange.isA(Method.GET)) {
            throw noRoute();
        }
    }

    static Refused noRoute() {
        return Refused.rejected(404, "The requested resource could not be found.");
    }

    private static List<String> withoutLastSlash(List<String> path) {
        return !path.isEmpty() && path.getLast().isEmpty() ? path.subList(0, path.size() - 1) : path;
    }
}
