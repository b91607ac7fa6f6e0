package pikachu.server.invoker;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ends what outlives its time limit: one thread keeps the time, a virtual one does the ending. */
final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;

    Deadlines(String invoker) {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(invoker + "-deadlines").daemon(true).factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs {@code end} after so many milliseconds unless the future is cancelled. */
    Future<?> arm(long milliseconds, Runnable end) {
        return timer.schedule(() -> Thread.ofVirtual().start(end), milliseconds, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
