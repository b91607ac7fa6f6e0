package pikachu.server.main;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What has been made so far, closed in reverse order; failures of one do not keep the others from being closed. Whatever is
 * added afterwards is closed at once.
 */
final class Parts implements AutoCloseable {
    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private boolean isClosed;

    <T extends AutoCloseable> T add(T part) {
        if (!keep(part)) {
            closeAll(new ArrayDeque<>(List.of(part)));
            throw new StartFailure("Stopped while starting.");
        }
        return part;
    }

    private boolean keep(AutoCloseable part) {
        lock.lock();
        try {
            if (!isClosed) {
                parts.push(part);
            }
            return !isClosed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        var rest = new ArrayDeque<AutoCloseable>();
        lock.lock();
        try {
            isClosed = true;
            rest.addAll(parts);
            parts.clear();
        } finally {
            lock.unlock();
        }
        closeAll(rest);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        var failure = new IllegalStateException("Not everything could be closed.");
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
