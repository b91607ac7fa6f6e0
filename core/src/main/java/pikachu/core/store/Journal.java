package pikachu.core.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.bus.BusRecord;

/**
 * Keeps records of the bus in memory across a death of the process. Writes are collected by one writer and committed in
 * groups; a record that is settled before its group is written costs no write at all.
 */
public interface Journal {
    /**
     * Keeps a record under a number that no life of the process uses twice and that grows within a partition. It is not
     * the record's position, which is known only once the record is durable. {@code done} gets nothing once the record's durability holds (see {@link
     * pikachu.core.bus.Durability}), or else why it could not be written; it may run on any thread, also before this
     * returns. It is called in order for records of one key, and never while the journal holds a lock.
     */
    void append(BusRecord bus, long number, Consumer<Optional<StoreUnavailable>> done);

    /** Forgets a record; written behind. */
    void settle(long number);

    /** What earlier lives of the process appended and did not settle, by number. */
    List<Kept> kept();

    /** A number that is larger by one at each call, and on disk before it is returned; the first is 1. */
    long nextGeneration();

    /** A record that outlived its process. */
    record Kept(BusRecord bus, long number) {}
}
