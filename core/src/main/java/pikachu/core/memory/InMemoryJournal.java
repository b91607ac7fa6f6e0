package pikachu.core.memory;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import pikachu.core.bus.BusRecord;
import pikachu.core.store.Journal;
import pikachu.core.store.JournalBuffer;
import pikachu.core.store.StoreUnavailable;

/**
 * A journal whose disk is a map. Handing it to a second bus is a restart; {@link #crash} before that loses what a death of
 * the process would have lost.
 */
public final class InMemoryJournal implements Journal {
    private static final long LIMIT = 64L << 20;

    private final boolean isWrittenAtOnce;
    private final AtomicLong generation = new AtomicLong();
    private final AtomicLong rows = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock(); // guards disk, and that batches are written one by one
    private final TreeMap<Long, Kept> disk = new TreeMap<>();
    private volatile JournalBuffer buffer = new JournalBuffer(LIMIT);

    /** @param isWrittenAtOnce otherwise nothing is written before {@link #flush} */
    InMemoryJournal(boolean isWrittenAtOnce) {
        this.isWrittenAtOnce = isWrittenAtOnce;
    }

    @Override
    public void append(BusRecord bus, long number, Consumer<Optional<StoreUnavailable>> done) {
        buffer.append(bus, number, done);
        writeIfAtOnce();
    }

    @Override
    public void settle(long number) {
        buffer.settle(number);
        writeIfAtOnce();
    }

    private void writeIfAtOnce() {
        if (isWrittenAtOnce) {
            flush();
        }
    }

    /** Writes everything, as the passing of 50 ms would. */
    public void flush() {
        Runnable acknowledgements;
        lock.lock();
        try {
            var writing = buffer;
            writing.tick();
            writing.tick();
            var batch = writing.take();
            batch.kept().forEach(kept -> disk.put(kept.number(), kept));
            batch.settled().forEach(disk::remove);
            rows.addAndGet(batch.kept().size());
            acknowledgements = writing.written(batch);
        } finally {
            lock.unlock();
        }
        acknowledgements.run();
    }

    /** Dies as a process does: what is not written is lost, and nobody is told. */
    public void crash() {
        lock.lock();
        try {
            var reborn = new JournalBuffer(LIMIT);
            reborn.restore(List.copyOf(disk.values()));
            buffer = reborn;
        } finally {
            lock.unlock();
        }
    }

    /** How many records have been written since the beginning. */
    public long rowsWritten() {
        return rows.get();
    }

    @Override
    public List<Kept> kept() {
        lock.lock();
        try {
            return List.copyOf(disk.values());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nextGeneration() {
        return generation.incrementAndGet();
    }
}
