package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

/**
 * Writes activation records behind the answers, in batches, from one thread. A record is created, never replaced: the first
 * one wins. While the store is away records are kept and tried again; when too many bytes wait, whoever brings one more
 * waits too, so that containers stay busy and the load is turned away at the door.
 *
 * <p>A record that the store refuses must not hold up the others. When a batch fails again but one of it can be written
 * alone, the store is there: the batch goes one by one, and what was refused is a suspect, tried alone and in turn with all
 * that waits. A batch that keeps failing lets the others have their turn. A record whose write fails in any other way than
 * {@link StoreUnavailable} would fail the same way for ever: it is logged and dropped.
 */
final class RecordWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordWriter.class);
    private static final int MAX_BATCH = 500;
    private static final long MAX_BATCH_BYTES = 8L * 1024 * 1024;
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    /** After so many failures a batch goes to the end of the queue. */
    private static final int BATCH_TRIES = 5;

    private static final long RETRY_MS = 200;
    private static final long STOP_MS = 10_000;
    /** How long a store that is away is still tried when closing. */
    private static final long LAST_TRIES_MS = 2_000;

    private final Store store;
    private final Thread thread;

    /** Guards pending, pendingBytes and isClosing. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** Of what waits and of what is being written, which takes memory too. */
    private long pendingBytes;

    private boolean isClosing;

    /** Failures since the last success; the writing thread's own, as are the next two. */
    private int failures;

    private boolean isAway;

    private OptionalLong givingUp = OptionalLong.empty();

    RecordWriter(Store store, String invoker) {
        this.store = store;
        this.thread =
                Thread.ofPlatform().name(invoker + "-records").daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits for room, not for the write; {@code written} runs once the record is in the store, or given up for good. */
    void add(NewDocument document, Runnable written) {
        lock.lock();
        try {
            while (pendingBytes > MAX_BYTES && !isClosing) {
                changed.awaitUninterruptibly();
            }
            pending.add(new Pending(document, written, false));
            pendingBytes += document.body().length;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
            putBack(write(batch));
            if (failures > 0 && isOver()) {
                LOG.error("event=records_lost records={}", waiting());
                return;
            }
            if (failures > 0 && failures >= waiting()) {
                pause();
            }
        }
    }

    /** Empty only when closing; a suspect comes alone. */
    private List<Pending> next() {
        lock.lock();
        try {
            while (pending.isEmpty() && !isClosing) {
                changed.awaitUninterruptibly();
            }
            var batch = new ArrayList<Pending>();
            var bytes = 0L;
            while (!pending.isEmpty() && batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
                var isSuspect = pending.element().isSuspect();
                if (isSuspect && !batch.isEmpty()) {
                    break;
                }
                var one = pending.remove();
                bytes += one.bytes();
                batch.add(one);
                if (isSuspect) {
                    break;
                }
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(List<Pending> refused) {
        lock.lock();
        try {
            pending.addAll(refused);
        } finally {
            lock.unlock();
        }
    }

    /** Returns what must be tried again. */
    private List<Pending> write(List<Pending> batch) {
        if (batch.size() == 1) {
            return tried(batch) == Try.REFUSED ? batch : List.of();
        }
        var left = new ArrayDeque<>(batch);
        for (var tries = 1; tries <= BATCH_TRIES; tries++) {
            var together = tried(left);
            if (together == Try.WRITTEN) {
                return List.of();
            }
            if (together == Try.BROKEN) {
                return writeOneByOne(left);
            }
            if (tries > 1) {
                var probe = left.remove();
                if (tried(List.of(probe)) != Try.REFUSED) {
                    return writeOneByOne(left);
                }
                left.add(probe);
            }
            if (isOver()) {
                break;
            }
            pause();
        }
        return List.copyOf(left);
    }

    /** Returns those refused, as suspects. */
    private List<Pending> writeOneByOne(Iterable<Pending> batch) {
        var suspects = new ArrayList<Pending>();
        for (var one : batch) {
            if (tried(List.of(one)) == Try.REFUSED) {
                LOG.error("event=record_refused key={}", one.document().key());
                suspects.add(one.suspected());
            }
        }
        return suspects;
    }

    /** Errors are caught as well: without this thread all the invoker's work comes to a halt unnoticed. */
    private Try tried(Collection<Pending> records) {
        try {
            store.createAll(records.stream().map(Pending::document).toList());
        } catch (StoreUnavailable e) {
            failures++;
            if (!isAway && !records.iterator().next().isSuspect()) {
                isAway = true;
                LOG.warn("event=store_lost records={} reason=\"{}\"", records.size(), e.getMessage());
            }
            return Try.REFUSED;
        } catch (RuntimeException | Error e) {
            if (records.size() == 1) {
                var one = records.iterator().next();
                LOG.error("event=record_dropped key={}", one.document().key(), e);
                finish(one);
            }
            return Try.BROKEN;
        }
        failures = 0;
        if (isAway) {
            LOG.info("event=store_is_back records={}", records.size());
            isAway = false;
        }
        records.forEach(this::finish);
        return Try.WRITTEN;
    }

    private void finish(Pending one) {
        lock.lock();
        try {
            pendingBytes -= one.bytes();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            one.written().run();
        } catch (RuntimeException e) {
            LOG.error("event=record_unannounced key={}", one.document().key(), e);
        }
    }

    /** Whether we are closing and have tried long enough. */
    private boolean isOver() {
        lock.lock();
        try {
            if (!isClosing) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        if (givingUp.isEmpty()) {
            givingUp = OptionalLong.of(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_TRIES_MS));
        }
        return System.nanoTime() - givingUp.getAsLong() > 0;
    }

    private int waiting() {
        lock.lock();
        try {
            return pending.size();
        } finally {
            lock.unlock();
        }
    }

    /** An interrupt means nothing to this thread, and left standing it would break every try. */
    private void pause() {
        var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MS);
        for (var left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.sleep(left);
            } catch (InterruptedException e) {
                LOG.warn("event=record_writer_interrupted");
            }
        }
    }

    /** Writes what is pending, then ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            isClosing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private enum Try {
        WRITTEN,
        /** By a store that may take it another time. */
        REFUSED,
        BROKEN
    }

    /** @param isSuspect whether it was refused while others were taken */
    private record Pending(NewDocument document, Runnable written, boolean isSuspect) {
        int bytes() {
            return document.body().length;
        }

        Pending suspected() {
            return new Pending(document, written, true);
        }
    }
}
