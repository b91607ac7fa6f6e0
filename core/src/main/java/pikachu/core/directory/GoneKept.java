package pikachu.core.directory;

/**
 * What a directory still tells of instances that have ended, in each namespace: those of the last while, and of these the
 * latest. An ID that a caller chose is waited for by name, so many are kept; one that nobody chose is known to whoever
 * was told of the activation, who finds its end in the activation's record too.
 *
 * @param forMs how long after its end an instance is told of, and known to have ended
 * @param chosen how many with a chosen ID are told of at once
 * @param others how many without
 */
public record GoneKept(long forMs, int chosen, int others) {
    public static final GoneKept DEFAULT = new GoneKept(60_000, 4096, 1024);

    public GoneKept {
        if (forMs < 1 || chosen < 1 || others < 1) {
            throw new IllegalArgumentException("Of what has ended some must be kept for some time, not " + chosen
                    + " and " + others + " for " + forMs + " ms.");
        }
    }
}
