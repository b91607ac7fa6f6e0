package pikachu.core.loops;

import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.bus.Published;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;

/** What happens to a controller. */
public sealed interface ControllerEvent {
    /** Time has passed; comes at least every 100 ms, and at the moment that {@link ControllerLogic#nextDue} named. */
    record Tick() implements ControllerEvent {}

    /**
     * Somebody wants an action run; answered by {@link ControllerEffect.Answer} with the same ticket, once. With {@code
     * waitMs} above 0 that is when it has ended, or soon after {@link WaitOver}, which whoever asked has to send.
     *
     * @param id of the activation, new and random
     * @param concurrent how many activations of the caller's namespace may be in flight
     */
    record Invoke(
            long ticket,
            ActivationId id,
            Caller caller,
            ActionRef action,
            JsonText arguments,
            JsonText environment,
            Optional<InstanceId> instance,
            int concurrent,
            long acceptedMs,
            int waitMs,
            String transaction)
            implements ControllerEvent {}

    /**
     * The caller of this activation has waited for its end as long as it wanted to. It is answered {@link Reply.Accepted}
     * once nothing can lose the order any more, or what else becomes of it first.
     */
    record WaitOver(ActivationId activation) implements ControllerEvent {}

    /** A record that was read; {@code reading} is the number that {@link ControllerEffect.Read} gave. */
    record Received(long reading, long position, Message message) implements ControllerEvent {}

    /** Records were deleted before this reading came to them; what comes next lies behind them. */
    record Missed(long reading) implements ControllerEvent {}

    /** How an effect {@link ControllerEffect.Publish} ended. */
    record PublishDone(long publication, Published how) implements ControllerEvent {}

    /**
     * The document for this attempt exists.
     *
     * @param holds where it says the attempt runs: as asked for, or what was written earlier
     * @param by who wrote it
     */
    record PlacementCreated(ActivationId activation, int attempt, Target holds, ControllerId by)
            implements ControllerEvent {}

    /** The activation has a record in the store, this one or an earlier one. */
    record RecordCreated(ActivationId activation) implements ControllerEvent {}

    /** Somebody wants a namespace's instances; answered by {@link ControllerEffect.Instances}. */
    record ListInstances(long ticket, NamespaceName namespace) implements ControllerEvent {}

    /** Somebody wants each change of a namespace's instances, beginning with all there are. */
    record Watch(long watch, NamespaceName namespace) implements ControllerEvent {}

    record Unwatch(long watch) implements ControllerEvent {}

    /** Somebody wants to know how things stand; answered by {@link ControllerEffect.Overview}. */
    record Look(long ticket) implements ControllerEvent {}
}
