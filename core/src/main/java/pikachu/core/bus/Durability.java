package pikachu.core.bus;

/**
 * What must be true of a record before its publisher is told that the bus has it. Kafka treats both alike (acks=all); the
 * bus in memory keeps what must outlive the process in the store's journal.
 */
public enum Durability {
    /** The record need not outlive the process: heartbeats, maps, claims. */
    TRANSIENT,
    /**
     * The record is written behind: it may be lost when the process dies within some 50 ms, unless an earlier record with
     * the same key is already on disk; then the publisher waits as for {@link #COMMITTED}. So a record that is on disk is
     * never without a later one of its key that somebody acted upon.
     */
    BEHIND,
    /** The record is on disk (group-committed). */
    COMMITTED
}
