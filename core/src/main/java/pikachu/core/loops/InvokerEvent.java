package pikachu.core.loops;

import java.util.List;
import java.util.Optional;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.bus.Published;
import pikachu.core.instances.Ending;
import pikachu.core.instances.State;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.HealthMessage.Traffic;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;

/** What happens to an invoker. */
public sealed interface InvokerEvent {
    /** Time has passed; comes at least every 100 ms, and at the moment the last step asked for. */
    record Tick() implements InvokerEvent {}

    /** A record of the invoker's own topic. */
    record Received(long position, InvokerMessage message) implements InvokerEvent {}

    /** A record of the directory, of a partition that the invoker reads. */
    record DirectoryReceived(DirectoryMessage message) implements InvokerEvent {}

    /** How an effect {@link InvokerEffect.Publish} ended. */
    record PublishDone(long publication, Published how) implements InvokerEvent {}

    /** A container has been found for the activation; /init or, when warm, /run comes next. */
    record Placed(ActivationId activation, String address, int port, long deadlineMs) implements InvokerEvent {}

    /** /init is done (or was not needed): /run may follow. */
    record Ready(ActivationId activation) implements InvokerEvent {}

    /** The instance says something of itself through its channel; state is WAITING, LEAVING or RUNNING. */
    record Said(ActivationId activation, Optional<State> state, Optional<JsonText> attributes)
            implements InvokerEvent {}

    /** The instance no longer exists or will not come to exist: /run returned, the container died, the time was up. */
    record Gone(ActivationId activation, Ending how) implements InvokerEvent {}

    /**
     * The outcome of an activation is known (after {@link Gone}); when {@code isRecorded}, its record is in the store.
     */
    record Finished(ActivationId activation, Status status, Optional<ActivationRecord> record, boolean isRecorded)
            implements InvokerEvent {}

    /** No container could be had although the invoker lives (shutting down, machine full): somebody else may. */
    record NotStarted(ActivationId activation, String reason) implements InvokerEvent {}

    /** A container of this namespace now exists here, so its directory must be at hand. */
    record NamespaceHosted(NamespaceName namespace) implements InvokerEvent {}

    /** The last container of this namespace has gone from here. */
    record NamespaceLeft(NamespaceName namespace) implements InvokerEvent {}

    /** Everything of the dead incarnation has been ended and swept, as {@link InvokerEffect.EndAll} asked. */
    record AllEnded() implements InvokerEvent {}

    /** The counters of instances, for the next heartbeat. */
    record Counted(List<Traffic> traffic) implements InvokerEvent {
        public Counted {
            traffic = List.copyOf(traffic);
        }
    }
}
