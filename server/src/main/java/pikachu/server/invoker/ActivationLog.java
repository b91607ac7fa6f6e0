package pikachu.server.invoker;

import java.io.ByteArrayOutputStream;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one container prints while one activation runs in it, up to the action's limit. Written by the two {@link
 * LogStream}s, read by the activation's thread.
 *
 * <p>The limit is on what the record will hold: formatted lines in UTF-8, each with its end. The {@link LogBudget} is on
 * what that takes in memory, where a short line costs more than its bytes.
 */
final class ActivationLog {
    private static final Set<String> STREAMS = Set.of("stdout", "stderr");
    /** Of a line as a string of its own, which it becomes when collected: two object headers and a reference. */
    private static final int LINE_COST = 64;

    private static final Cleaner FORGOTTEN = Cleaner.create();

    private final Share share;

    /** Guards all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    /** Formatted lines, each with its newline. */
    private ByteArrayOutputStream kept = new ByteArrayOutputStream(0);

    private long room;
    private long limit;
    private boolean isTruncated;
    private boolean isOverBudget;
    private final Set<String> ended = new HashSet<>(STREAMS);

    ActivationLog() {
        this(LogBudget.OF_THE_HEAP);
    }

    ActivationLog(LogBudget budget) {
        share = new Share(budget, new AtomicLong());
        // a container that is given up is closed without anybody collecting its log
        FORGOTTEN.register(this, share::release);
    }

    /** A new activation begins; what came since the last one has no owner and is dropped. */
    void begin(long limitBytes) {
        lock.lock();
        try {
            drop();
            limit = limitBytes;
            room = limitBytes;
            isTruncated = false;
            isOverBudget = false;
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
            var line = (LogStream.format(Instant.now(), stream, text) + "\n").getBytes(StandardCharsets.UTF_8);
            room -= line.length;
            if (room < 0) {
                isTruncated = true;
            } else if (share.take(line.length + LINE_COST)) {
                kept.writeBytes(line);
            } else {
                isOverBudget = true;
                room = 0;
            }
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

    /**
     * Waits until both streams have ended and returns the lines, with OpenWhisk's notices where something is missing. What
     * comes from now on is dropped.
     */
    Collected collect(long waitMs) {
        lock.lock();
        try {
            var isWhole = awaitEnds(TimeUnit.MILLISECONDS.toNanos(waitMs));
            var lines = lines(kept.toByteArray());
            drop();
            if (limit > 0) {
                addTruncation(lines);
            }
            if (!isWhole) {
                lines.add(notice("There was an issue while collecting your logs. Data might be missing."));
            }
            return new Collected(List.copyOf(lines), isWhole);
        } finally {
            lock.unlock();
        }
    }

    private static List<String> lines(byte[] utf8) {
        var lines = new ArrayList<String>();
        for (int from = 0, to = 0; to < utf8.length; to++) {
            if (utf8[to] == '\n') {
                lines.add(new String(utf8, from, to - from, StandardCharsets.UTF_8));
                from = to + 1;
            }
        }
        return lines;
    }

    private void addTruncation(List<String> lines) {
        if (isOverBudget) {
            lines.add(notice("Logs were truncated because the logs of all running activations together exceed the"
                    + " invoker's memory for them."));
        } else if (isTruncated) {
            lines.add(notice(
                    "Logs were truncated because the total bytes size exceeds the limit of " + limit + " bytes."));
        }
    }

    private void drop() {
        kept = new ByteArrayOutputStream(0);
        room = 0;
        share.release();
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

    /** What this log has taken of the budget. */
    private record Share(LogBudget budget, AtomicLong taken) {
        boolean take(long bytes) {
            var isTaken = budget.take(bytes);
            if (isTaken) {
                taken.addAndGet(bytes);
            }
            return isTaken;
        }

        void release() {
            budget.release(taken.getAndSet(0));
        }
    }

    /** @param isWhole whether both streams were seen to their end, so that the container may be used again */
    record Collected(List<String> lines, boolean isWhole) {}
}
