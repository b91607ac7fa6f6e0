package pikachu.core.loops;

/**
 * An invoker's right to start things. It rests on the sending time of the last heartbeat that the bus acknowledged: an
 * invoker whose newest one is younger than the lease cannot have been declared dead, because that takes a silence of
 * {@code deadAfterMs} in the log.
 *
 * <p>After a longer gap an acknowledged heartbeat alone proves nothing: the verdict may stand in the log before it. Then
 * the lease is in doubt. Every controller that knows of the verdict answers the first heartbeat with a death notice; so
 * after a while without one the invoker writes an echo to its own topic, and when it reads the echo all notices that
 * were written before have been read too, and the doubt is over.
 */
final class Lease {
    private static final long NEVER = Long.MIN_VALUE;

    private final Timing timing;
    private long ackedMs = NEVER;
    private long doubtSinceMs = NEVER;
    private boolean isEchoSent;

    Lease(Timing timing) {
        this.timing = timing;
    }

    /** A heartbeat that was sent then has been acknowledged now. */
    void acknowledged(long sentMs, long nowMs) {
        if (ackedMs != NEVER && nowMs - ackedMs >= doubtAfterMs()) {
            doubtSinceMs = nowMs;
            isEchoSent = false;
        }
        ackedMs = Math.max(ackedMs, sentMs);
    }

    /** Between the lease and the silence that kills, so that clocks may differ a little in their rates. */
    private long doubtAfterMs() {
        return (timing.leaseMs() + timing.deadAfterMs()) / 2;
    }

    boolean isGood(long nowMs) {
        return doubtSinceMs == NEVER && isFresh(nowMs);
    }

    /** Whether the bus has been heard of lately, doubt or not. */
    boolean isFresh(long nowMs) {
        return ackedMs != NEVER && nowMs - ackedMs < timing.leaseMs();
    }

    /** Whether the moment has come to write an echo; true once for each doubt. */
    boolean wantsEcho(long nowMs) {
        if (doubtSinceMs == NEVER || isEchoSent || nowMs - doubtSinceMs < 2 * timing.heartbeatMs()) {
            return false;
        }
        isEchoSent = true;
        return true;
    }

    /** The echo has been read. */
    void echoed() {
        if (isEchoSent) {
            doubtSinceMs = NEVER;
            isEchoSent = false;
        }
    }

    /** A new life begins, of which nobody has heard. */
    void begin() {
        ackedMs = NEVER;
        doubtSinceMs = NEVER;
        isEchoSent = false;
    }
}
