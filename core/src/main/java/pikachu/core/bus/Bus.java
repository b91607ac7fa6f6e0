package pikachu.core.bus;

import java.util.function.Consumer;

/**
 * Topics of records. Publications of one thread to one partition keep their order. Nothing here blocks: results come to
 * callbacks, which may run on any thread, also before {@code publish} returns, and must only hand over.
 */
public interface Bus extends AutoCloseable {
    void publish(BusRecord bus, Consumer<Published> done);

    /** Opens a reader; {@code ready} is called whenever {@code poll} has something new (at least once after it has). */
    BusReader read(Topic topic, int partition, Start start, Runnable ready);

    /** Deletes the records of a partition that lie before {@code position}. */
    void trim(Topic topic, int partition, long position);

    /** Grows by one each time that positions begin anew; the upper bits of an {@link pikachu.core.names.Epoch}. */
    long generation();

    @Override
    void close();
}
