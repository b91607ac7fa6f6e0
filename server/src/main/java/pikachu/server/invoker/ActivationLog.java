package pikachu.server.invoker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one container prints while one activation runs in it, up to the action's limit. Written by the two {@link
 * LogStream}s, read by the activation's thread.
 */
final class ActivationLog {
    private static final Set<String> STREAMS = Set.of("stdout", "stderr");

    /** Guards all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private List<String> lines = new ArrayList<>();
    private long room;
    private long limit;
    private boolean isTruncated;
    private final Set<String> ended = new HashSet<>(STREAMS);

    /** A new activation begins; what came since the last one has no owner and is dropped. */
    void begin(long limitBytes) {
        lock.lock();
        try {
            lines = new ArrayList<>();
            limit = limitBytes;
            room = limitBytes;
            isTruncated = false;
            ended.clear();
        } finally {
            lock.unlock();
        }
    }

    void add(String stream, String text) {
        lock.lock();
        try {
            if (room <= 0) {
                isTruncated = true;
                return;
            }
            room -= text.length() + 1L;
            if (room < 0) {
                isTruncated = true;
                return;
            }
            lines.add(LogStream.format(Instant.now(), stream, text));
        } finally {
            lock.unlock();
        }
    }

    /** A stream has reached the activation's sentinel, or its own end. */
    void ended(String stream) {
        lock.lock();
        try {
            ended.add(stream);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until both streams have ended and returns the lines, with OpenWhisk's notices where something is missing. */
    Collected collect(long waitMs) {
        lock.lock();
        try {
            var isWhole = awaitEnds(TimeUnit.MILLISECONDS.toNanos(waitMs));
            var result = new ArrayList<>(lines);
            if (isTruncated && limit > 0) {
                result.add(notice(
                        "Logs were truncated because the total bytes size exceeds the limit of " + limit + " bytes."));
            }
            if (!isWhole) {
                result.add(notice("There was an issue while collecting your logs. Data might be missing."));
            }
            return new Collected(List.copyOf(result), isWhole);
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitEnds(long nanos) {
        var left = nanos;
        while (!ended.containsAll(STREAMS)) {
            if (left <= 0) {
                return false;
            }
            try {
                left = changed.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    static String notice(String text) {
        return LogStream.format(Instant.now(), "stderr", text);
    }

    /** @param isWhole whether both streams were seen to their end, so that the container may be used again */
    record Collected(List<String> lines, boolean isWhole) {}
}
