package pikachu.core.loops;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The one thread that owns a loop's state. It takes turns: in each it does what there is to do, then sleeps until it is
 * woken or the time that the turn named has come. A turn that throws is reported and the next one is taken.
 */
public final class EventLoop implements AutoCloseable {
    private static final long MAX_SLEEP_MS = 100;
    private static final long STOP_MS = 5_000;

    private final Turns turns;
    private final LongSupplier clock;
    private final Consumer<RuntimeException> faults;
    private final Thread thread;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private volatile boolean isClosing;

    /**
     * @param clock milliseconds that never go back
     * @param faults is told of what a turn throws
     */
    public EventLoop(String name, Turns turns, LongSupplier clock, Consumer<RuntimeException> faults) {
        this.turns = turns;
        this.clock = clock;
        this.faults = faults;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Another turn is wanted. Cheap, from any thread. */
    public void wake() {
        if (!isWoken.getAndSet(true)) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether the caller is the loop's own thread. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The time by the loop's clock. */
    public long now() {
        return clock.getAsLong();
    }

    private void run() {
        while (!isClosing) {
            isWoken.set(false);
            var now = clock.getAsLong();
            var due = takeTurn(now);
            if (due > now && !isWoken.get()) {
                LockSupport.parkNanos(this, Math.min(due - now, MAX_SLEEP_MS) * 1_000_000);
            }
        }
    }

    private long takeTurn(long now) {
        try {
            return turns.turn(now);
        } catch (RuntimeException e) {
            faults.accept(e);
            return now + 1;
        }
    }

    /** Lets the turn that is under way end, and takes no other. */
    @Override
    public void close() {
        isClosing = true;
        wake();
        if (isCurrent() || !thread.isAlive()) {
            return;
        }
        try {
            thread.join(STOP_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a loop does. */
    @FunctionalInterface
    public interface Turns {
        /** Does what there is to do and says when, at the latest, it wants to be called again. */
        long turn(long now);
    }
}
