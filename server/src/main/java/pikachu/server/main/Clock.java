package pikachu.server.main;

import java.util.function.LongSupplier;

/** The wall clock's time at the start plus the monotonic time since: milliseconds since 1970 that never go back. */
final class Clock implements LongSupplier {
    private final long startMs = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();

    @Override
    public long getAsLong() {
        return startMs + (System.nanoTime() - startNanos) / 1_000_000;
    }
}
