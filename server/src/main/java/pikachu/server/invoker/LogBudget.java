package pikachu.server.invoker;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes the logs of all running activations may take together, so that no number of chatty functions fills the heap. */
final class LogBudget {
    /** One for all invokers of this process, which share its heap: an eighth of it. */
    static final LogBudget OF_THE_HEAP = new LogBudget(Runtime.getRuntime().maxMemory() / 8);

    private final AtomicLong free;

    LogBudget(long bytes) {
        this.free = new AtomicLong(bytes);
    }

    /** Whether there was room; if so the bytes are taken until they are released. */
    boolean take(long bytes) {
        var before = free.getAndUpdate(left -> left >= bytes ? left - bytes : left);
        return before >= bytes;
    }

    void release(long bytes) {
        free.addAndGet(bytes);
    }
}
