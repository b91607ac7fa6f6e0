package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 */
final class RecordWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordWriter.class);
    private static final int MAX_BATCH = 500;
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final long RETRY_MS = 200;
    private static final long STOP_MS = 10_000;

    private final Store store;
    private final Thread thread;

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long pendingBytes;
    private boolean isClosing;

    RecordWriter(Store store, String invoker) {
        this.store = store;
        this.thread =
                Thread.ofPlatform().name(invoker + "-records").daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits for room, not for the write; {@code written} runs once the record is in the store. */
    void add(NewDocument document, Runnable written) {
        lock.lock();
        try {
            while (pendingBytes > MAX_BYTES && !isClosing) {
                changed.awaitUninterruptibly();
            }
            pending.add(new Pending(document, written));
            pendingBytes += document.body().length;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (var batch = next(); !batch.isEmpty(); batch = next()) {
            if (write(batch)) {
                batch.forEach(one -> one.written().run());
            }
        }
    }

    /** Empty only when closing. */
    private List<Pending> next() {
        lock.lock();
        try {
            while (pending.isEmpty() && !isClosing) {
                changed.awaitUninterruptibly();
            }
            var batch = new ArrayList<Pending>();
            while (!pending.isEmpty() && batch.size() < MAX_BATCH) {
                var one = pending.remove();
                pendingBytes -= one.document().body().length;
                batch.add(one);
            }
            changed.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean write(List<Pending> batch) {
        var documents = batch.stream().map(Pending::document).toList();
        var isAway = false;
        var deadline = 0L;
        while (true) {
            try {
                store.createAll(documents);
                if (isAway) {
                    LOG.info("event=store_is_back records={}", batch.size());
                }
                return true;
            } catch (StoreUnavailable e) {
                if (!isAway) {
                    LOG.warn("event=store_lost records={} reason={}", batch.size(), e.getMessage());
                    isAway = true;
                }
                deadline = isClosing() && deadline == 0 ? System.nanoTime() + TimeUnit.SECONDS.toNanos(2) : deadline;
                if (deadline != 0 && System.nanoTime() - deadline > 0) {
                    LOG.error("event=records_lost records={} reason={}", batch.size(), e.getMessage());
                    return false;
                }
                pause();
            }
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return isClosing;
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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

    private record Pending(NewDocument document, Runnable written) {}
}
