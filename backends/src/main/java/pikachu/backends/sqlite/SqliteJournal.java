package pikachu.backends.sqlite;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.bus.BusRecord;
import pikachu.core.store.Journal;
import pikachu.core.store.JournalBuffer;
import pikachu.core.store.StoreUnavailable;

/** The journal in table {@code journal}; the writer takes from its buffer. */
final class SqliteJournal implements Journal {
    private final JournalBuffer buffer;
    private final GroupWriter writer;
    private final ReadPool reads;

    SqliteJournal(JournalBuffer buffer, GroupWriter writer, ReadPool reads) {
        this.buffer = buffer;
        this.writer = writer;
        this.reads = reads;
    }

    @Override
    public void append(BusRecord bus, long number, Consumer<Optional<StoreUnavailable>> done) {
        writer.wake(buffer.append(bus, number, done));
    }

    @Override
    public void settle(long number) {
        writer.wake(buffer.settle(number));
    }

    @Override
    public List<Kept> kept() {
        return reads.read(Reads::journal);
    }

    @Override
    public long nextGeneration() {
        return writer.write(new Request<>(0, Writes::nextGeneration));
    }
}
