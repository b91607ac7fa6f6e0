package pikachu.core.bus;

/** Where a reader begins. */
public enum Start {
    /** At the oldest record that is kept. */
    OLDEST,
    /** At the first record that has not been settled: what a dead reader left, and what came since. */
    UNSETTLED,
    /** After the newest record. */
    END
}
