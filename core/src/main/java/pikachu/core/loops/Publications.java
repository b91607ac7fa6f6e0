package pikachu.core.loops;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.bus.Topic;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;

/**
 * What a loop has given to the bus and not heard of yet. A publication whose outcome nobody needs is numbered 0 and
 * forgotten at once; a lasting one is tried again until the bus has it, which is harmless because whoever reads it knows
 * it by its content. Bounded by what the loop has in flight.
 *
 * @param <E> the loop's kind of effect
 */
final class Publications<E> {
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 1000;

    /** Makes the loop's effect. */
    interface Form<E> {
        E publish(Out out);
    }

    /** One publication. */
    record Out(
            long number,
            Topic topic,
            int partition,
            Optional<ActivationId> key,
            Message message,
            Durability durability) {
        private Out numbered(long newNumber) {
            return new Out(newNumber, topic, partition, key, message, durability);
        }
    }

    /** A lasting publication that may be called off. */
    static final class Handle {
        private boolean isCalledOff;

        /** Tries no more and tells nobody; an attempt under way may still reach the bus. */
        void callOff() {
            isCalledOff = true;
        }
    }

    private record Retry(long atMs, long order, Out out, Handle handle, Consumer<Long> appended, long pauseMs) {}

    private record Waiter(boolean isDurable, Consumer<Published> done) {}

    private final Form<E> form;
    private final List<E> effects;
    private final Map<Long, Waiter> waiting = new HashMap<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>(
            (a, b) -> a.atMs() != b.atMs() ? Long.compare(a.atMs(), b.atMs()) : Long.compare(a.order(), b.order()));
    private long lastNumber;
    private int lasting;
    private long nowMs;
    private long failingSinceMs = Long.MAX_VALUE;
    private long failedMs;

    /**
     * @param effects where effects of the current step are gathered
     * @param after the last number that a predecessor gave, whose answers may still come
     */
    Publications(Form<E> form, List<E> effects, long after) {
        this.form = form;
        this.effects = effects;
        lastNumber = after;
    }

    long lastNumber() {
        return lastNumber;
    }

    /** Begins a step: tries again what is due. */
    void begin(long now) {
        nowMs = now;
        while (!retries.isEmpty() && retries.peek().atMs() <= now) {
            var retry = retries.remove();
            if (retry.handle().isCalledOff) {
                lasting--;
            } else {
                attempt(retry.out(), retry.handle(), retry.appended(), retry.pauseMs());
            }
        }
    }

    /** Publishes without wanting to know. */
    void send(Topic topic, int partition, Message message) {
        effects.add(form.publish(new Out(0, topic, partition, Optional.empty(), message, Durability.TRANSIENT)));
    }

    /** Publishes once. */
    void once(Out draft, Consumer<Published> done) {
        var out = draft.numbered(++lastNumber);
        waiting.put(out.number(), new Waiter(out.durability() != Durability.TRANSIENT, done));
        effects.add(form.publish(out));
    }

    /** Publishes until the bus has it; then {@code appended} gets the position. */
    Handle lasting(Out draft, Consumer<Long> appended) {
        var handle = new Handle();
        lasting++;
        attempt(draft, handle, appended, FIRST_PAUSE_MS);
        return handle;
    }

    private void attempt(Out out, Handle handle, Consumer<Long> appended, long pauseMs) {
        once(out, how -> {
            if (handle.isCalledOff) {
                lasting--;
                return;
            }
            switch (how) {
                case Published.Appended(long position) -> {
                    lasting--;
                    appended.accept(position);
                }
                case Published.Failed failed ->
                    retries.add(new Retry(
                            nowMs + pauseMs,
                            out.number(),
                            out,
                            handle,
                            appended,
                            Math.min(2 * pauseMs, LONGEST_PAUSE_MS)));
            }
        });
    }

    static Out draft(Topic topic, int partition, Message message, Durability durability) {
        return new Out(0, topic, partition, Optional.empty(), message, durability);
    }

    static Out draft(Topic topic, ActivationId key, Message message, Durability durability) {
        return new Out(0, topic, 0, Optional.of(key), message, durability);
    }

    /** Hears how a publication ended. */
    void done(long number, Published how) {
        var waiter = waiting.remove(number);
        if (waiter == null) {
            return;
        }
        if (waiter.isDurable()) {
            judge(how);
        }
        waiter.done().accept(how);
    }

    /** Heartbeats do not count: a full disk takes them. */
    private void judge(Published how) {
        if (how instanceof Published.Appended) {
            failingSinceMs = Long.MAX_VALUE;
        } else {
            failingSinceMs = Math.min(failingSinceMs, nowMs);
            failedMs = nowMs;
        }
    }

    /** Whether what must last has been failing for so long, and still was lately (retries go on every second). */
    boolean isFailing(long forMs) {
        return failingSinceMs != Long.MAX_VALUE
                && nowMs - failingSinceMs > forMs
                && nowMs - failedMs <= 3 * LONGEST_PAUSE_MS;
    }

    /** The time of the current step. */
    long nowMs() {
        return nowMs;
    }

    /** When the next retry is due. */
    long nextDue() {
        return retries.isEmpty() ? Long.MAX_VALUE : retries.peek().atMs();
    }

    /** Whether the bus has everything that must reach it. */
    boolean isQuiet() {
        return lasting == 0;
    }
}
