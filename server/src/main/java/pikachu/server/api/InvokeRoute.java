package pikachu.server.api;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.instances.Entry;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.EntityName;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Actions;
import pikachu.server.controller.Arguments;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.Invocations;
import pikachu.server.controller.Invocations.Answer;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Action;
import pikachu.server.entities.ActivationJson;
import pikachu.server.entities.Identity;
import pikachu.server.entities.Json;
import pikachu.server.entities.StoredAction;

/** {@code POST .../actions/NAME}: the hot path. */
final class InvokeRoute {
    private final Entitlement entitlement;
    private final Actions actions;
    private final Invocations invocations;
    private final InstantSource clock;

    /** What the query asks for; waitMs is 0 when the caller does not wait. */
    private record Wish(int waitMs, boolean onlyResult) {
        static Wish of(Query query) {
            refuseGroups(query);
            boolean isBlocking = query.flag("blocking", false);
            boolean onlyResult = query.flag("result", false);
            int timeout = query.text("timeout").map(Wish::timeout).orElse(PlatformLimits.MAX_WAIT_MS);
            return new Wish(isBlocking ? timeout : 0, onlyResult);
        }

        /** One activation where several were asked for would be worse than none. */
        private static void refuseGroups(Query query) {
            for (var name : List.of("instances", "group")) {
                if (query.text(name).isPresent()) {
                    throw Refused.because(
                            400,
                            "The query parameter '" + name + "' is not supported yet: groups of instances cannot be"
                                    + " started. Invoke the action once for each instance, each with an instanceID.");
                }
            }
        }

        private static int timeout(String given) {
            try {
                int timeout = Integer.parseInt(given);
                if (timeout >= 1 && timeout <= PlatformLimits.MAX_WAIT_MS) {
                    return timeout;
                }
            } catch (NumberFormatException e) {
                // told below, like a number out of range
            }
            throw Refused.malformedQuery(
                    "timeout", "Timeout must be number of milliseconds up to " + PlatformLimits.MAX_WAIT_MS + ".");
        }
    }

    InvokeRoute(Entitlement entitlement, Actions actions, Invocations invocations, InstantSource clock) {
        this.entitlement = entitlement;
        this.actions = actions;
        this.invocations = invocations;
        this.clock = clock;
    }

    void answer(Exchange exchange, Identity caller, NamespaceName namespace, EntityName entity) {
        long acceptedMs = clock.millis();
        entitlement.activate(caller, namespace, entity.value());
        var wish = Wish.of(exchange.query());
        try (var body = exchange.body(PlatformLimits.MAX_PAYLOAD)) {
            var arguments = Arguments.of(body.bytes());
            var action = actions.forInvocation(new ActionName(namespace, entity));
            var answer = invocations.invoke(request(exchange, caller, action, arguments, acceptedMs, wish.waitMs()));
            answer(exchange, namespace, wish, answer);
        }
    }

    private Invocations.Request request(
            Exchange exchange, Identity caller, StoredAction action, Arguments arguments, long acceptedMs, int waitMs) {
        return new Invocations.Request(
                new Caller(caller.namespace(), caller.uuid(), caller.subject(), apiKey(caller, action.action())),
                action.ref(),
                arguments.effective(action.action()),
                Arguments.environment(action.action()),
                arguments.instance(),
                entitlement.limits().concurrentInvocations(),
                acceptedMs,
                waitMs,
                exchange.transaction());
    }

    private static Optional<String> apiKey(Identity caller, Action action) {
        return action.annotations().isTruthy("provide-api-key")
                ? Optional.of(caller.uuid() + ":" + caller.secret())
                : Optional.empty();
    }

    private static void answer(Exchange exchange, NamespaceName namespace, Wish wish, Answer answer) {
        switch (answer) {
            case Answer.Accepted accepted -> accepted(exchange, accepted.activation());
            case Answer.Finished finished -> finished(exchange, wish, finished.record());
            case Answer.Taken taken -> throw Refused.because(409, taken(namespace, taken.instance(), taken.holder()));
            case Answer.Throttled throttled ->
                throw Refused.because(
                        429,
                        "Too many concurrent requests in flight (count: " + throttled.count() + ", allowed: "
                                + throttled.allowed() + ").");
            case Answer.Unavailable unavailable -> throw Refused.because(503, unavailable.reason());
        }
    }

    private static void accepted(Exchange exchange, ActivationId activation) {
        exchange.json(
                202,
                Json.write(64, out -> {
                    out.writeStartObject();
                    out.writeStringProperty("activationId", activation.value());
                    out.writeEndObject();
                }),
                activation);
    }

    /** An array is answered bare whether or not only the result is wanted, as OpenWhisk does. */
    private static void finished(Exchange exchange, Wish wish, ActivationRecord record) {
        int status = switch (record.status()) {
            case SUCCESS -> 200;
            case APPLICATION_ERROR, DEVELOPER_ERROR -> 502;
            case INTERNAL_ERROR -> 500;
        };
        var result = record.result().utf8();
        boolean isBare = wish.onlyResult() || (result.length > 0 && result[0] == '[');
        exchange.json(
                status,
                isBare ? result : ActivationJson.answer(record),
                record.activation().id());
    }

    private static String taken(NamespaceName namespace, InstanceId instance, Optional<Entry> holder) {
        var where = holder.map(entry -> " (activation " + entry.activation() + ", running on " + entry.invoker() + ")")
                .orElse("");
        return "The instance ID '" + instance + "' is alive in namespace '" + namespace + "'" + where
                + ". Wait for it to end or choose another.";
    }
}
