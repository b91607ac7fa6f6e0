package pikachu.core.messages;

import java.util.Optional;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Status;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

/** On {@code completedN}: what invokers tell the controller that accepted an activation. */
public sealed interface CompletedMessage extends Message {
    /** About to POST /run; from here on it is never started again. */
    record Started(Activation activation, InvokerId invoker, Incarnation incarnation) implements CompletedMessage {}

    /**
     * Has ended; its slot is free.
     *
     * @param record when a caller waits for it
     * @param isRecorded whether the record is in the store already (else it is written within 100 ms)
     */
    record Completed(
            ActivationId activation,
            int attempt,
            InvokerId invoker,
            Incarnation incarnation,
            Status status,
            Optional<ActivationRecord> record,
            boolean isRecorded)
            implements CompletedMessage {}

    /**
     * Was not run here and will not be (wrong incarnation, lease lost, shutting down): place it again. Carries all that
     * this takes, so that the record on the invoker's topic can be settled once this one is acknowledged.
     */
    record Refused(InvokerMessage.Activate activate, InvokerId invoker, Incarnation incarnation, String reason)
            implements CompletedMessage {}

    /** Written by a controller to its own topic: all that came before it has been read once it is read. */
    record Barrier(ControllerId controller, Incarnation life, long number) implements CompletedMessage {}
}
