package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pikachu.core.store.StoreUnavailable;

/**
 * A few connections that read, each lent to one thread at a time. One that has failed is closed and opened anew at its
 * next use, since the driver gives up statements that have failed.
 */
final class ReadPool implements AutoCloseable {
    interface Query<T> {
        T apply(Reads reads) throws SQLException;
    }

    private static final int CONNECTIONS = 2;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** A place for a connection; whoever has borrowed it owns it. */
    private static final class Slot {
        @Nullable
        Reads reads;

        Reads open(Path database) throws SQLException {
            var open = reads == null ? new Reads(database) : reads;
            reads = open;
            return open;
        }

        void close() throws SQLException {
            if (reads != null) {
                reads.close();
                reads = null;
            }
        }
    }

    private final Path database;
    private final ArrayBlockingQueue<Slot> idle = new ArrayBlockingQueue<>(CONNECTIONS);
    private volatile boolean isClosed;

    ReadPool(Path database) {
        this.database = database;
        for (var i = 0; i < CONNECTIONS; i++) {
            idle.add(new Slot());
        }
    }

    <T> T read(Query<T> query) {
        var slot = borrow();
        try {
            return query.apply(slot.open(database));
        } catch (SQLException e) {
            closeFailed(slot, e);
            throw Failures.of(database, e);
        } finally {
            idle.add(slot);
        }
    }

    private static void closeFailed(Slot slot, SQLException failure) {
        try {
            slot.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private Slot borrow() {
        try {
            var slot = isClosed ? null : idle.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (slot == null) {
                throw new StoreUnavailable(
                        isClosed
                                ? "The store is closed, this process is stopping."
                                : "All " + CONNECTIONS + " readers of " + database + " were busy for " + DEADLINE
                                        + ": try again later, with a smaller listing.");
            }
            return slot;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("Interrupted while waiting for a reader of " + database + ".", e);
        }
    }

    /** Waits for those that are lent. */
    @Override
    public void close() throws SQLException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            for (var i = 0; i < CONNECTIONS; i++) {
                var slot = idle.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
                if (slot != null) {
                    slot.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
