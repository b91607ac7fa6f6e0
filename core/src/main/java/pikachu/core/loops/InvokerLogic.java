package pikachu.core.loops;

import java.util.List;
import java.util.random.RandomGenerator;
import pikachu.core.names.InvokerId;

/** What an invoker decides. */
public final class InvokerLogic {
    public InvokerLogic(InvokerId self, int memoryMb, Timing timing, RandomGenerator random) {}

    /**
     * @param nowMs milliseconds since 1970 by a clock that never goes back: the wall clock's at the start, plus the
     *     monotonic time since
     */
    public List<InvokerEffect> step(InvokerEvent event, long nowMs) {
        return List.of();
    }

    /** When the next {@link InvokerEvent.Tick} is wanted, in terms of {@code nowMs}. */
    public long nextDue() {
        return Long.MAX_VALUE;
    }
}
