package pikachu.core.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.InvokerDead;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/** Who says that a silent invoker is dead, and when. */
class MembershipTest {
    private static final Timing TIMING = Timing.DEFAULT;
    private static final ControllerId SELF = new ControllerId(1);
    private static final ControllerId LOWER = new ControllerId(0);
    private static final Target INVOKER = new Target(new InvokerId(5), new Incarnation(55));
    private static final InvokerDead VERDICT = new InvokerDead(INVOKER.invoker(), INVOKER.incarnation(), SELF);

    private final List<Publications.Out> sent = new ArrayList<>();
    private final Publications<Publications.Out> publications = new Publications<>(out -> out, sent, 0);
    private final Membership membership =
            new Membership(SELF, new Incarnation(1), TIMING, new Placement(new Random(1)), publications, new Deaf());
    private boolean isLowerAlive;
    private long nowMs = 1_000_000;
    private long beats;

    /** Everybody's heartbeats, each read in the moment that it is sent. */
    private void pass(long ms) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += TIMING.heartbeatMs();
            publications.begin(nowMs);
            if (isLowerAlive) {
                membership.heard(new ControllerHeartbeat(LOWER, new Incarnation(0), ++beats), nowMs);
            }
            membership.tick(nowMs);
            for (var out : List.copyOf(sent)) {
                if (out.message() instanceof ControllerHeartbeat own) {
                    membership.heard(own, nowMs);
                    sent.remove(out);
                }
            }
        }
    }

    private void begin(boolean lowerPublishes) {
        isLowerAlive = lowerPublishes;
        membership.begin(Set.of(), Set.of(), nowMs);
        pass(5 * TIMING.heartbeatMs());
        assertThat(membership.isPublisher()).isEqualTo(!lowerPublishes);
    }

    private void hear() {
        membership.heard(
                new Heartbeat(
                        INVOKER.invoker(),
                        INVOKER.incarnation(),
                        true,
                        new Capacity(1024, 0),
                        0,
                        0,
                        0,
                        List.of(),
                        List.of()),
                nowMs);
    }

    private List<Object> verdicts() {
        return sent.stream()
                .map(Publications.Out::message)
                .filter(InvokerDead.class::isInstance)
                .distinct()
                .map(Object.class::cast)
                .toList();
    }

    @Test
    void thePublisherDeclaresASilentInvokerDead() {
        begin(false);
        hear();

        pass(TIMING.deadAfterMs() - TIMING.heartbeatMs());
        assertThat(verdicts()).isEmpty();

        pass(TIMING.heartbeatMs());
        assertThat(verdicts()).containsExactly(VERDICT);
    }

    @Test
    void oneThatDoesNotPublishSaysItAfterTwiceTheTime() {
        begin(true);
        hear();

        pass(2 * TIMING.deadAfterMs() - TIMING.heartbeatMs());
        assertThat(verdicts()).isEmpty();

        pass(TIMING.heartbeatMs());
        assertThat(verdicts()).containsExactly(VERDICT);
    }

    @Test
    void oneThatDoesNotPublishSaysItAlsoOfAnInvokerThatIsOnlySuspected() {
        begin(true);
        membership.suspect(INVOKER, nowMs);

        pass(2 * TIMING.deadAfterMs() - TIMING.heartbeatMs());
        assertThat(verdicts()).isEmpty();

        pass(TIMING.heartbeatMs());
        assertThat(verdicts()).containsExactly(VERDICT);
    }

    @Test
    void nobodySaysItOfAnInvokerThatIsHeard() {
        begin(true);

        for (var i = 0; i < 40; i++) {
            hear();
            pass(TIMING.heartbeatMs());
        }

        assertThat(verdicts()).isEmpty();
    }

    @Test
    void oneThatDoesNotPublishKeepsStillOnceThePublisherHasSaidIt() {
        begin(true);
        hear();
        pass(TIMING.deadAfterMs());
        membership.verdict(new InvokerDead(INVOKER.invoker(), INVOKER.incarnation(), LOWER));

        pass(3 * TIMING.deadAfterMs());

        assertThat(verdicts()).isEmpty();
    }

    private static final class Deaf implements Membership.Listener {
        @Override
        public void invokerDied(Target target) {}

        @Override
        public void controllerLacks(ControllerId controller) {}

        @Override
        public void controllerLives(ControllerId controller) {}

        @Override
        public void ownDeath() {}
    }
}
