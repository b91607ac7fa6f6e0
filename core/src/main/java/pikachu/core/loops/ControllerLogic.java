package pikachu.core.loops;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;

/** What a controller decides. */
public final class ControllerLogic {
    /**
     * @param generation the bus's, upper bits of the epochs that claims give
     * @param known invokers whose topics the bus has, of whatever life
     */
    public ControllerLogic(
            ControllerId self, long generation, Set<InvokerId> known, Timing timing, RandomGenerator random) {}

    /** What to do before the first event. */
    public List<ControllerEffect> start(long nowMs) {
        return List.of();
    }

    /**
     * @param nowMs milliseconds since 1970 by a clock that never goes back: the wall clock's at the start, plus the
     *     monotonic time since
     */
    public List<ControllerEffect> step(ControllerEvent event, long nowMs) {
        return List.of();
    }

    /** When the next {@link ControllerEvent.Tick} is wanted, in terms of {@code nowMs}. */
    public long nextDue() {
        return Long.MAX_VALUE;
    }

    /** Whether all claims have been read, so that invocations are taken; before that they are answered Unavailable. */
    public boolean isReady() {
        return false;
    }
}
