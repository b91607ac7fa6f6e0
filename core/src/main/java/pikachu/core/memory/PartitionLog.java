package pikachu.core.memory;

import static pikachu.core.memory.Publication.UNNUMBERED;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import pikachu.core.bus.Delivery;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.memory.Records.Entry;
import pikachu.core.store.Journal;

/**
 * One partition. Publishers come from any thread, each reader is one thread's; the lock guards every field that is not
 * final. Callbacks and the journal are called outside it.
 */
final class PartitionLog {
    /** What an entry costs beyond its value, roughly. */
    private static final long ENTRY_BYTES = 96L;

    /** When a record may go. */
    private enum Retention {
        /** Once it is settled: work, which must be neither lost nor done twice. */
        SETTLED,
        /** Once every open reader has passed it; the oldest also when it is too much: states that are sent again. */
        PASSED,
        /** When it is trimmed: claims. */
        TRIMMED
    }

    private final Topic topic;
    private final int partition;
    private final Journal journal;
    private final long limit;
    private final Retention retention;

    private final ReentrantLock lock = new ReentrantLock();
    private final Records records = new Records();
    private final Line line = new Line();
    private long next;
    private long bytes;
    // replaced, never changed, so that publishers can walk it outside the lock
    private volatile LogReader[] readers = {};

    PartitionLog(Topic topic, int partition, Journal journal, long limit) {
        this.topic = topic;
        this.partition = partition;
        this.journal = journal;
        this.limit = limit;
        this.retention = retention(topic);
    }

    private static Retention retention(Topic topic) {
        if (topic.equals(Topic.HEALTH) || topic.equals(Topic.DIRECTORY)) {
            return Retention.PASSED;
        }
        return topic.equals(Topic.CLAIMS) ? Retention.TRIMMED : Retention.SETTLED;
    }

    static long bytes(byte[] value) {
        return ENTRY_BYTES + value.length;
    }

    /** Takes over a record of an earlier life, even if it is more than would be accepted now. */
    void restore(Journal.Kept kept) {
        lock.lock();
        try {
            add(kept.bus().value(), kept.number());
            bytes += bytes(kept.bus().value());
        } finally {
            lock.unlock();
        }
    }

    /** Puts a publication in line, where it waits until it {@link #arrive arrives}; or says why it cannot. */
    Optional<String> enter(Publication publication, AtomicLong numbers) {
        var size = bytes(publication.bus.value());
        lock.lock();
        try {
            if ((retention != Retention.PASSED && bytes + size > limit) || size > limit) {
                return Optional.of("Topic " + topic + ", partition " + partition + " is full (" + bytes + " of " + limit
                        + " bytes wait for its readers): try again later.");
            }
            if (publication.bus.durability() != Durability.TRANSIENT) {
                publication.number = numbers.incrementAndGet();
            }
            bytes += size;
            line.add(publication);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The publication is as durable as it has to be: makes it visible, and those that waited for it alone. */
    void arrive(Publication publication) {
        List<Publication> released;
        var dropped = new ArrayList<Entry>(0);
        lock.lock();
        try {
            if (!line.arrive(publication)) {
                return;
            }
            line.remove(publication);
            show(publication, dropped);
            released = line.released();
            released.forEach(one -> show(one, dropped));
        } finally {
            lock.unlock();
        }
        publication.done.accept(new Published.Appended(publication.position));
        released.forEach(one -> one.done.accept(new Published.Appended(one.position)));
        forget(dropped);
        wakeReaders();
    }

    void abandon(Publication publication, String reason) {
        List<Publication> released;
        var dropped = new ArrayList<Entry>(0);
        lock.lock();
        try {
            line.remove(publication);
            bytes -= bytes(publication.bus.value());
            released = line.released();
            released.forEach(one -> show(one, dropped));
        } finally {
            lock.unlock();
        }
        publication.done.accept(new Published.Failed(reason));
        released.forEach(one -> one.done.accept(new Published.Appended(one.position)));
        forget(dropped);
        if (!released.isEmpty()) {
            wakeReaders();
        }
    }

    private void show(Publication publication, List<Entry> dropped) {
        publication.position = add(publication.bus.value(), publication.number);
        if (retention == Retention.PASSED) {
            dropPassed(dropped);
            while (bytes > limit && !records.isEmpty()) {
                dropFirst(dropped);
            }
        }
    }

    private long add(byte[] value, long number) {
        var position = next++;
        records.add(new Entry(new Delivery(topic, partition, position, value), number));
        return position;
    }

    /** Returns whether there is something to read. */
    boolean open(LogReader reader, Start start) {
        lock.lock();
        try {
            // what is settled is gone, so the oldest is the first that is not settled
            reader.next = start == Start.END || records.isEmpty() ? next : records.first();
            var more = Arrays.copyOf(readers, readers.length + 1);
            more[readers.length] = reader;
            readers = more;
            return reader.next < next;
        } finally {
            lock.unlock();
        }
    }

    List<Delivery> poll(LogReader reader, int max) {
        List<Delivery> found;
        var dropped = new ArrayList<Entry>(0);
        lock.lock();
        try {
            found = records.from(reader.next, max);
            if (!found.isEmpty()) {
                reader.next = found.getLast().position() + 1;
                dropPassed(dropped);
            }
        } finally {
            lock.unlock();
        }
        forget(dropped);
        return found;
    }

    /** Once for each time that records were deleted unread. */
    boolean hasMissed(LogReader reader) {
        lock.lock();
        try {
            var missed = reader.isBehindTrim;
            reader.isBehindTrim = false;
            return missed;
        } finally {
            lock.unlock();
        }
    }

    boolean hasMore(LogReader reader) {
        lock.lock();
        try {
            return !records.from(reader.next, 1).isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void settle(long position) {
        if (retention != Retention.SETTLED) {
            return;
        }
        var number = UNNUMBERED;
        lock.lock();
        try {
            var entry = records.remove(position);
            if (entry != null) {
                bytes -= entry.bytes();
                number = entry.number();
            }
        } finally {
            lock.unlock();
        }
        if (number != UNNUMBERED) {
            journal.settle(number);
        }
    }

    void trim(long position) {
        var dropped = new ArrayList<Entry>();
        lock.lock();
        try {
            dropBefore(position, dropped);
        } finally {
            lock.unlock();
        }
        forget(dropped);
    }

    void leave(LogReader reader) {
        var dropped = new ArrayList<Entry>(0);
        lock.lock();
        try {
            readers = Arrays.stream(readers).filter(one -> one != reader).toArray(LogReader[]::new);
            dropPassed(dropped);
        } finally {
            lock.unlock();
        }
        forget(dropped);
    }

    void closeReaders() {
        lock.lock();
        try {
            Arrays.stream(readers).forEach(LogReader::shut);
            readers = new LogReader[0];
        } finally {
            lock.unlock();
        }
    }

    private void dropPassed(List<Entry> dropped) {
        if (retention == Retention.PASSED) {
            var passed = next;
            for (var reader : readers) {
                passed = Math.min(passed, reader.next);
            }
            dropBefore(passed, dropped);
        }
    }

    private void dropBefore(long position, List<Entry> dropped) {
        while (!records.isEmpty() && records.first() < position) {
            dropFirst(dropped);
        }
    }

    private void dropFirst(List<Entry> dropped) {
        var entry = records.removeFirst();
        if (entry != null) {
            bytes -= entry.bytes();
            if (entry.number() != UNNUMBERED) {
                dropped.add(entry);
            }
            for (var reader : readers) {
                reader.isBehindTrim |= reader.next <= entry.delivery().position();
            }
        }
    }

    private void forget(List<Entry> dropped) {
        dropped.forEach(entry -> journal.settle(entry.number()));
    }

    private void wakeReaders() {
        for (var reader : readers) {
            reader.wake();
        }
    }
}
