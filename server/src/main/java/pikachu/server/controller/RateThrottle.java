package pikachu.server.controller;

import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts attempts by namespace in the wall clock's minutes. An attempt counts whether or not it is allowed. */
public final class RateThrottle {
    private static final long MINUTE_MS = 60_000;

    private final InstantSource clock;
    private volatile Minute current = new Minute(-1);

    private static final class Minute {
        final long number;
        final ConcurrentHashMap<String, AtomicInteger> counts = new ConcurrentHashMap<>();

        Minute(long number) {
            this.number = number;
        }
    }

    public RateThrottle(InstantSource clock) {
        this.clock = clock;
    }

    /** @throws Refused with 429 when this attempt is one too many */
    public void count(String namespaceId, int allowed) {
        int count = minute().counts
                .computeIfAbsent(namespaceId, id -> new AtomicInteger())
                .incrementAndGet();
        if (count > allowed) {
            throw Refused.because(
                    429, "Too many requests in the last minute (count: " + count + ", allowed: " + allowed + ").");
        }
    }

    /** At the turn of a minute two threads may both begin it; then a few attempts go uncounted, which harms nobody. */
    private Minute minute() {
        long number = clock.millis() / MINUTE_MS;
        var minute = current;
        if (minute.number != number) {
            minute = new Minute(number);
            current = minute;
        }
        return minute;
    }
}
