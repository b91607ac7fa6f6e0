package pikachu.core.bus;

import java.util.function.Consumer;

/**
 * Topics of records. Publications of one thread to one partition keep their order, with one exception: a record may
 * overtake one of another key that still waits for the disk, so that asynchronous calls do not slow blocking ones. A
 * record without a key overtakes nothing and is not overtaken. Nothing here blocks: results come to callbacks, which may
 * run on any thread, also before {@code publish} or {@code read} returns, and must only hand over.
 */
public interface Bus extends AutoCloseable {
    void publish(BusRecord bus, Consumer<Published> done);

    /**
     * Opens a reader; {@code ready} is called whenever {@code poll} has something: at least once between two polls if there
     * is, also when a poll could not take everything.
     */
    BusReader read(Topic topic, int partition, Start start, Runnable ready);

    /** Deletes the records of a partition that lie before {@code position}. */
    void trim(Topic topic, int partition, long position);

    /** Grows by one each time that positions begin anew; the upper bits of an {@link pikachu.core.names.Epoch}. */
    long generation();

    @Override
    void close();
}
