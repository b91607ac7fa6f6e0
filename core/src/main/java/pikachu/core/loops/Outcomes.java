package pikachu.core.loops;

import java.util.List;
import java.util.Optional;
import pikachu.core.activations.Activation;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.messages.CompletedMessage;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.CompletedMessage.Refused;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

/**
 * Tells controllers what became of their orders, again and again until the bus has it; an order that was not run is
 * settled only then, for what tells of it holds all that the order held.
 */
final class Outcomes {
    private final InvokerId self;
    private final Publications<InvokerEffect> publications;
    private final OwnTopic ownTopic;
    private final RecentlyEnded ended = new RecentlyEnded();

    Outcomes(InvokerId self, Publications<InvokerEffect> publications, OwnTopic ownTopic) {
        this.self = self;
        this.publications = publications;
        this.ownTopic = ownTopic;
    }

    /** Whether this attempt has ended here lately. */
    boolean isKnown(Activation activation) {
        return ended.contains(activation.id(), activation.attempt());
    }

    void refused(Incarnation incarnation, Activate order, List<Long> positions, String reason) {
        tell(order.activation(), new Refused(order, self, incarnation, reason), Durability.COMMITTED, positions);
    }

    void completed(Incarnation incarnation, InvokerTask task, InvokerEvent.Finished finished) {
        var activation = task.activate.activation();
        boolean isWaitedFor = activation.waitMs() > 0;
        var completed = new Completed(
                activation.id(),
                activation.attempt(),
                self,
                incarnation,
                finished.status(),
                isWaitedFor ? finished.record() : Optional.empty(),
                finished.isRecorded());
        boolean hasRun = task.phase == InvokerTask.Phase.RUNNING;
        tell(
                activation,
                completed,
                isWaitedFor || finished.isRecorded() ? Durability.BEHIND : Durability.COMMITTED,
                hasRun ? List.of() : task.positions);
    }

    private void tell(Activation activation, CompletedMessage message, Durability durability, List<Long> positions) {
        ended.add(activation.id(), activation.attempt(), publications.nowMs());
        ownTopic.hold(positions);
        publications.lasting(
                Publications.draft(Topic.completed(activation.controller()), activation.id(), message, durability),
                appended -> ownTopic.release(positions));
    }

    void tick(long nowMs) {
        ended.expire(nowMs);
    }
}
