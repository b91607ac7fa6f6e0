package pikachu.core.loops;

import pikachu.core.directory.GoneKept;

/**
 * The times that the promises rest on, in milliseconds. A lease is shorter than the silence after which an invoker is
 * dead by {@code deadAfterMs - leaseMs}: what the clocks' rates may differ by in that time, and how long a step may take.
 *
 * @param heartbeatMs between two heartbeats of a node
 * @param coalesceMs how long a change of the local map may wait for others before it is sent
 * @param leaseMs age of the last acknowledged heartbeat above which an invoker starts nothing
 * @param silentMs silence of an invoker after which it gets no new work
 * @param deadAfterMs silence after which it is declared dead
 * @param goneKept which entries that have ended are still told of
 */
public record Timing(
        long heartbeatMs, long coalesceMs, long leaseMs, long silentMs, long deadAfterMs, GoneKept goneKept) {
    public static final Timing DEFAULT = new Timing(1000, 5, 3000, 3000, 6000, GoneKept.DEFAULT);

    public Timing {
        if (coalesceMs >= heartbeatMs || heartbeatMs >= leaseMs || leaseMs >= deadAfterMs || silentMs > deadAfterMs) {
            throw new IllegalArgumentException("Times must grow: coalesce " + coalesceMs + ", heartbeat " + heartbeatMs
                    + ", lease " + leaseMs + ", dead after " + deadAfterMs + " ms; and silent " + silentMs
                    + " is at most dead after.");
        }
    }
}
