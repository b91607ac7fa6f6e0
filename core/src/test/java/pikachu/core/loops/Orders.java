package pikachu.core.loops;

import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** Activations and orders, for tests. */
final class Orders {
    static final NamespaceName TENANT = new NamespaceName("tenant");
    static final Caller CALLER = new Caller(TENANT, "uuid", "somebody", Optional.empty());
    static final ActionRef ACTION = new ActionRef(
            new ActionName(TENANT, new EntityName("hello")), "0.0.1", 1, "python:3", new Limits(60_000, 256, 10, 1));

    private Orders() {}

    static ActivationId id(int number) {
        return new ActivationId(String.format("%032x", number));
    }

    static Activation activation(int number, int attempt, int waitMs) {
        return new Activation(
                id(number),
                attempt,
                new ControllerId(0),
                CALLER,
                ACTION,
                InstanceId.of(id(number)),
                new Epoch(attempt),
                Optional.empty(),
                0,
                waitMs,
                "test");
    }

    static Activate order(int number, int attempt, int waitMs, Incarnation target) {
        return new Activate(activation(number, attempt, waitMs), target, JsonText.EMPTY_OBJECT, JsonText.EMPTY_OBJECT);
    }
}
