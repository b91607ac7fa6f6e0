package pikachu.core.loops;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The one thread that owns a loop's state. It takes turns: in each it handles what was posted and lets its owner look
 * around, then sleeps until it is woken or the time that the owner named has come. What throws is reported, and the loop
 * goes on.
 *
 * @param <E> what happens to the owner
 */
public final class EventLoop<E> implements AutoCloseable {
    private static final long MAX_SLEEP_MS = 100;
    private static final long STOP_MS = 5_000;

    private final Owner<E> owner;
    private final LongSupplier clock;
    private final Consumer<RuntimeException> faults;
    private final Thread thread;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    /** Bounded by what may be under way: each request, container and publication posts a few events in its life. */
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();

    /** Owned by the thread. */
    private final Queue<E> arising = new ArrayDeque<>();

    private boolean isHandling;
    private volatile boolean isClosing;

    /**
     * @param clock milliseconds that never go back
     * @param faults is told of what the owner throws
     */
    public EventLoop(String name, Owner<E> owner, LongSupplier clock, Consumer<RuntimeException> faults) {
        this.owner = owner;
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

    /** Whether what is posted will be handled. */
    public boolean isAlive() {
        return thread.isAlive() && !isClosing;
    }

    /** The time by the loop's clock. */
    public long now() {
        return clock.getAsLong();
    }

    /**
     * Something happens to the owner. On the loop's own thread it is handled before this returns, unless an event is being
     * handled: then after that one. From other threads, in order, soon.
     */
    public void post(E event) {
        if (isCurrent()) {
            handle(event);
        } else {
            execute(() -> handle(event));
        }
    }

    /** Does something on the loop's thread, soon. */
    public void execute(Runnable task) {
        posted.add(task);
        wake();
    }

    private void handle(E event) {
        arising.add(event);
        if (isHandling) {
            return;
        }
        isHandling = true;
        try {
            for (var next = arising.poll(); next != null; next = arising.poll()) {
                owner.handle(next);
            }
        } finally {
            isHandling = false;
        }
    }

    private void run() {
        while (!isClosing) {
            isWoken.set(false);
            var due = takeTurn();
            var now = clock.getAsLong();
            if (due > now && !isWoken.get()) {
                LockSupport.parkNanos(this, Math.min(due - now, MAX_SLEEP_MS) * 1_000_000);
            }
        }
        takePosted();
    }

    private void takePosted() {
        for (var task = posted.poll(); task != null; task = posted.poll()) {
            guarded(task);
        }
    }

    private long takeTurn() {
        takePosted();
        var due = new long[1];
        guarded(() -> due[0] = owner.turn(clock.getAsLong()));
        return due[0];
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            faults.accept(e);
        }
    }

    /** Lets the turn that is under way end, handles what has been posted until then, and takes no other. */
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

    /** Whose state it is. */
    public interface Owner<E> {
        void handle(E event);

        /** Looks around for what nobody posts; says when, at the latest, it wants to be called again. */
        long turn(long now);
    }
}
