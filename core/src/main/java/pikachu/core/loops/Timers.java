package pikachu.core.loops;

import java.util.PriorityQueue;

/** Things to do later in a loop; for rare paths, since each costs a place in a heap. */
final class Timers {
    private record Due(long atMs, long order, Runnable action) {}

    private final PriorityQueue<Due> queue = new PriorityQueue<>(
            (a, b) -> a.atMs() != b.atMs() ? Long.compare(a.atMs(), b.atMs()) : Long.compare(a.order(), b.order()));
    private long last;

    void at(long atMs, Runnable action) {
        queue.add(new Due(atMs, ++last, action));
    }

    void run(long nowMs) {
        while (!queue.isEmpty() && queue.peek().atMs() <= nowMs) {
            queue.remove().action().run();
        }
    }

    long nextDue() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().atMs();
    }
}
