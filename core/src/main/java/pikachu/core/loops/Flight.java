package pikachu.core.loops;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pikachu.core.activations.Activation;
import pikachu.core.activations.JsonText;
import pikachu.core.names.ActivationId;
import pikachu.core.scheduling.Target;

/** An activation in flight, as the controller that answers for it knows it. Plain fields, owned by the loop. */
final class Flight {
    static final long NOBODY = -1;

    enum Phase {
        /** Its claim is on the way. */
        CLAIMING,
        /** It needs a place (again). */
        PLACING,
        /** The order is on its invoker's topic, or on the way there. */
        SENT,
        /** Its invoker has announced /run. */
        STARTED,
        /** Its record is being written by this controller. */
        ENDING
    }

    Activation activation;
    /** Needed until it has started; then no longer kept, since they may be large. */
    JsonText arguments;

    JsonText environment;
    Phase phase = Phase.PLACING;
    /** Whoever waits for the answer. */
    long ticket = NOBODY;

    /** Whoever waits wants to know no more than that it is accepted. */
    boolean isWaitOver;

    /** From when on the order outlives the death of the whole platform; for ever away until the bus has it. */
    long durableMs = Long.MAX_VALUE;

    @Nullable
    Target target;

    Publications.@Nullable Handle sending;
    /** Settled once it has been placed anew or has ended. */
    List<Readings.Mark> untilPlaced = new ArrayList<>(0);
    /** Settled once it has ended. */
    List<Readings.Mark> untilEnded = new ArrayList<>(1);

    /** Another controller has replaced the claim to place this again; it is not to be replaced under its feet. */
    boolean isClaimAdopted;

    /** Read from the bus: accepted by an earlier life or another controller. */
    boolean isRecovered;

    long beganMs;
    /** Since when it has been heard of no more, or been asked after. */
    long sinceMs;

    int refusals;
    long firstRefusedMs;

    Flight(Activation activation, JsonText arguments, JsonText environment, long beganMs) {
        this.activation = activation;
        this.arguments = arguments;
        this.environment = environment;
        this.beganMs = beganMs;
        sinceMs = beganMs;
    }

    ActivationId id() {
        return activation.id();
    }

    int attempt() {
        return activation.attempt();
    }

    int memoryMb() {
        return activation.action().limits().memoryMb();
    }

    boolean isClaimed() {
        return activation.instance().isChosen();
    }

    boolean isOn(Target where) {
        return where.equals(target);
    }

    /** Whether nothing was heard of it for longer than /init and /run may take together, with time to spare. */
    boolean isOverdue(long nowMs) {
        return nowMs > sinceMs + 2L * Math.max(activation.action().limits().timeoutMs(), 60_000) + 60_000;
    }
}
