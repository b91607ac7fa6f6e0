package pikachu.core.messages;

import pikachu.core.activations.Activation;
import pikachu.core.activations.JsonText;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;

/** On {@code invokerN}: what controllers tell one invoker. */
public sealed interface InvokerMessage extends Message {
    /**
     * Run this. An invoker of another incarnation than {@code target} refuses it.
     *
     * @param arguments the action's effective arguments, a JSON object
     * @param environment init parameters, a JSON object whose values become environment variables
     */
    record Activate(Activation activation, Incarnation target, JsonText arguments, JsonText environment)
            implements InvokerMessage {}

    /** This incarnation has been declared dead: end everything and begin a new one. */
    record DeathNotice(Incarnation incarnation) implements InvokerMessage {}

    /** A controller lacks the invoker's map; the answer comes on {@code health}. */
    record MapWanted(ControllerId controller) implements InvokerMessage {}
}
