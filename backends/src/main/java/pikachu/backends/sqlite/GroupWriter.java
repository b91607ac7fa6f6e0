package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.store.JournalBuffer;
import pikachu.core.store.StoreUnavailable;

/**
 * The thread that writes. While it waits for the disk, requests gather; all of them are the next transaction. What the
 * journal may write later rides along when its time has come. If a transaction fails, its parts are tried one by one, so
 * that one that is too large for the disk does not take the others with it.
 *
 * <p>The lock guards queue, queuedBytes, isUrgent, isTicking, nextTick and isClosing; everything else is the thread's own.
 */
final class GroupWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);
    private static final long QUEUE_BYTES = 64L << 20;
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    private final Path database;
    private final JournalBuffer buffer;
    private final long tickNanos;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Request<?>> queue = new ArrayDeque<>();
    private long queuedBytes;
    private boolean isUrgent;
    private boolean isTicking;
    private long nextTick;
    private boolean isClosing;

    private @Nullable Writes connection;
    private boolean isFailing;
    private final AtomicLong rowsKept = new AtomicLong();

    /** @param tick a record that is written behind waits for one to two of these */
    GroupWriter(Path database, Writes writes, JournalBuffer buffer, Duration tick) {
        this.database = database;
        this.connection = writes;
        this.buffer = buffer;
        this.tickNanos = tick.toNanos();
        this.thread = Thread.ofPlatform().name("store-writer").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Has the request written and waits until it is on disk. */
    <T> T write(Request<T> request) {
        lock.lock();
        try {
            if (isClosing) {
                throw new StoreUnavailable("The store is closed, this process is stopping.");
            }
            // one alone is taken whatever its size
            if (queuedBytes + request.bytes() > QUEUE_BYTES && !queue.isEmpty()) {
                throw new StoreUnavailable("The store's queue is full (" + queuedBytes
                        + " bytes wait for the disk): try again later, and see why the disk is slow.");
            }
            queue.add(request);
            queuedBytes += request.bytes();
            work.signal();
        } finally {
            lock.unlock();
        }
        return request.await(DEADLINE);
    }

    /** The journal has something to be written. */
    void wake(JournalBuffer.Urgency urgency) {
        if (urgency == JournalBuffer.Urgency.NONE) {
            return;
        }
        lock.lock();
        try {
            if (urgency == JournalBuffer.Urgency.NOW && !isUrgent) {
                isUrgent = true;
                work.signal();
            } else if (!isTicking) {
                isTicking = true;
                nextTick = System.nanoTime() + tickNanos;
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many journal records have been written to disk since the start. */
    long rowsKept() {
        return rowsKept.get();
    }

    private void run() {
        try {
            while (true) {
                var group = new ArrayList<Request<?>>();
                var isLast = await(group);
                if (isLast) {
                    buffer.tick();
                    buffer.tick(); // nothing is too young now
                }
                commit(group, buffer.take());
                if (isLast) {
                    disconnect();
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.error("event=database_writer_interrupted database={}", database);
        }
    }

    /** Waits for work, puts the requests into {@code group} and returns whether it is the last time. */
    private boolean await(List<Request<?>> group) throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !isUrgent && !isClosing && !isTickDue()) {
                work.await(isTicking ? nextTick - System.nanoTime() : Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            }
            if (isTickDue()) {
                buffer.tick();
                isTicking = !buffer.isIdle();
                nextTick = System.nanoTime() + (isFailing ? PAUSE_AFTER_FAILURE.toNanos() : tickNanos);
            }
            isUrgent = false;
            group.addAll(queue);
            queue.clear();
            queuedBytes = 0;
            return isClosing;
        } finally {
            lock.unlock();
        }
    }

    private boolean isTickDue() {
        return isTicking && nextTick - System.nanoTime() <= 0;
    }

    private void commit(List<Request<?>> queued, JournalBuffer.Batch batch) {
        var group = queued.stream().filter(Request::take).toList();
        if (group.isEmpty() && batch.isEmpty()) {
            return;
        }
        try {
            transact(group, batch);
            succeeded(group, batch);
        } catch (SQLException e) {
            disconnect();
            if (group.size() + (batch.isEmpty() ? 0 : 1) == 1) {
                failed(group, batch, e);
            } else {
                commitOneByOne(group, batch);
            }
        }
    }

    private void commitOneByOne(List<Request<?>> group, JournalBuffer.Batch batch) {
        if (!batch.isEmpty()) {
            commitAlone(List.of(), batch);
        }
        for (var request : group) {
            commitAlone(List.of(request), new JournalBuffer.Batch(List.of(), List.of()));
        }
    }

    private void commitAlone(List<Request<?>> group, JournalBuffer.Batch batch) {
        try {
            transact(group, batch);
            succeeded(group, batch);
        } catch (SQLException e) {
            disconnect();
            failed(group, batch, e);
        }
    }

    private void transact(List<Request<?>> group, JournalBuffer.Batch batch) throws SQLException {
        try {
            var writes = connected();
            writes.begin();
            for (var request : group) {
                request.apply(writes);
            }
            writes.journal(batch);
            writes.commit();
        } catch (RuntimeException e) {
            throw new SQLException("The driver failed: " + e, e);
        }
    }

    private Writes connected() throws SQLException {
        var writes = connection == null ? new Writes(database) : connection;
        connection = writes;
        return writes;
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.warn("event=database_not_disconnected database={} reason=\"{}\"", database, e.getMessage());
            }
            connection = null;
        }
    }

    private void succeeded(List<Request<?>> group, JournalBuffer.Batch batch) {
        if (isFailing) {
            isFailing = false;
            LOG.info("event=database_is_back database={}", database);
        }
        group.forEach(Request::committed);
        rowsKept.addAndGet(batch.kept().size());
        if (!batch.isEmpty()) {
            tell(buffer.written(batch));
        }
    }

    private void failed(List<Request<?>> group, JournalBuffer.Batch batch, SQLException e) {
        var why = Failures.of(database, e);
        if (!isFailing) {
            isFailing = true;
            LOG.error("event=database_lost database={} reason=\"{}\"", database, why.getMessage());
        }
        group.forEach(request -> request.failed(why));
        if (!batch.isEmpty()) {
            tell(buffer.failed(batch, why));
            wake(JournalBuffer.Urgency.SOON);
        }
    }

    /** A callback that throws is a defect of its owner and must not end the writer. */
    private void tell(Runnable callbacks) {
        try {
            callbacks.run();
        } catch (RuntimeException e) {
            LOG.error("event=database_callback_failed database={}", database, e);
        }
    }

    /** Writes what is left and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            isClosing = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(DEADLINE)) {
                LOG.error("event=database_close_overdue database={} seconds={}", database, DEADLINE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
