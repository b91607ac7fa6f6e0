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
     * Keeps a record. {@code done} gets nothing once the record's durability holds (see {@link
     * pikachu.core.bus.Durability}), or else why it could not be written; it may run on any thread, also before this
     * returns.
     */
    void append(BusRecord bus, long position, Consumer<Optional<StoreUnavailable>> done);

    /** Forgets a record; written behind. */
    void settle(String topic, int partition, long position);

    /** What an earlier life of the process appended and did not settle, by topic, partition and position. */
    List<Kept> kept();

    /** A number that is larger by one at each call, and on disk before it is returned; the first is 1. */
    long nextGeneration();

    /** A record that outlived its process. */
    record Kept(BusRecord bus, long position) {}
}
