package pikachu.server.controller;

/**
 * What namespaces and actions may use.
 *
 * @param invocationsPerMinute of one namespace, counted by the wall clock's minutes
 * @param concurrentInvocations of one namespace, in flight at once
 * @param memoryMb of one action, MiB
 * @param timeoutMs of one action, milliseconds
 * @param logsMb of one activation, MiB
 * @param concurrency activations that may share a container
 */
public record PlatformLimits(
        int invocationsPerMinute,
        int concurrentInvocations,
        Range memoryMb,
        Range timeoutMs,
        Range logsMb,
        Range concurrency) {
    public static final long MAX_CODE = 48L << 20;
    public static final long MAX_PARAMETERS = 1L << 20;
    public static final int MAX_PAYLOAD = 1 << 20;
    /** How long a blocking invocation may wait, milliseconds. */
    public static final int MAX_WAIT_MS = 60_000;

    public static final int SEQUENCE_LENGTH = 50;

    /** What may be asked for, and what is given when nothing is. */
    public record Range(int min, int max, int standard) {
        public Range {
            if (min > standard || standard > max) {
                throw new IllegalArgumentException(
                        "No range: " + standard + " does not lie in " + min + " to " + max + ".");
            }
        }
    }

    /** The limits of one machine that belongs to its user. */
    public static PlatformLimits standalone() {
        return new PlatformLimits(
                100_000,
                1_000,
                new Range(32, 8_192, 256),
                new Range(100, 300_000, 60_000),
                new Range(0, 10, 10),
                new Range(1, 1, 1));
    }

    /** OpenWhisk's own. */
    public static PlatformLimits openWhisk() {
        return new PlatformLimits(
                60,
                30,
                new Range(128, 512, 256),
                new Range(100, 300_000, 60_000),
                new Range(0, 10, 10),
                new Range(1, 1, 1));
    }

    public PlatformLimits withRates(int perMinute, int concurrent) {
        return new PlatformLimits(perMinute, concurrent, memoryMb, timeoutMs, logsMb, concurrency);
    }

    public PlatformLimits withLongestTimeoutMs(int longest) {
        return new PlatformLimits(
                invocationsPerMinute,
                concurrentInvocations,
                memoryMb,
                new Range(timeoutMs.min(), longest, timeoutMs.standard()),
                logsMb,
                concurrency);
    }
}
