package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Which container an activation gets: a warm one of its action, else a new one if memory allows, else it waits in line while
 * the containers that have been idle longest are removed. Nothing overtakes. Owned by the invoker's loop; it decides and
 * keeps count, and never touches a container.
 *
 * @param <C> a container, by identity
 */
final class ContainerPool<C> {
    private final int memoryMb;
    private final int maxContainers;
    private final BitSet numbers = new BitSet();
    private final Deque<Job> waiting = new ArrayDeque<>();
    /** Idle longest first. */
    private final SequencedSet<Slot<C>> idle = new LinkedHashSet<>();

    /** The same containers by what they can run. */
    private final Map<PoolKey, SequencedSet<Slot<C>>> idleByKey = new HashMap<>();

    private int takenMb;
    /** Memory of containers that are being removed and still counted as taken. */
    private int leavingMb;

    ContainerPool(int memoryMb, int maxContainers) {
        this.memoryMb = memoryMb;
        this.maxContainers = maxContainers;
    }

    void add(Job job) {
        waiting.add(job);
    }

    int waiting() {
        return waiting.size();
    }

    int takenMb() {
        return takenMb;
    }

    /** What to do for the first in line; asked again until it says that there is nothing. */
    Optional<Step<C>> next() {
        var head = waiting.peek();
        if (head == null) {
            return Optional.empty();
        }
        if (head.memoryMb() > memoryMb) {
            waiting.remove();
            return Optional.of(new TooLarge<>(head, memoryMb));
        }
        var warm = warm(PoolKey.of(head.activation()));
        if (warm.isPresent()) {
            waiting.remove();
            removeIdle(warm.get());
            return Optional.of(new Reuse<>(head, warm.get()));
        }
        if (takenMb + head.memoryMb() <= memoryMb && numbers.cardinality() < maxContainers) {
            waiting.remove();
            return Optional.of(new Create<>(head, take(head.memoryMb())));
        }
        return evict(head.memoryMb());
    }

    private Optional<Slot<C>> warm(PoolKey key) {
        // The one used last is the warmest.
        return Optional.ofNullable(idleByKey.get(key)).map(SequencedSet::getLast);
    }

    private int take(int mb) {
        var number = numbers.nextClearBit(0);
        numbers.set(number);
        takenMb += mb;
        return number;
    }

    /** What is leaving already may be enough once it is gone. */
    private Optional<Step<C>> evict(int wantedMb) {
        var lacksMemory = takenMb - leavingMb + wantedMb > memoryMb;
        var lacksNumber = numbers.cardinality() >= maxContainers && leavingMb == 0;
        if (idle.isEmpty() || !(lacksMemory || lacksNumber)) {
            return Optional.empty();
        }
        return Optional.of(new Remove<>(leave(idle.getFirst())));
    }

    private void removeIdle(Slot<C> slot) {
        idle.remove(slot);
        idleByKey.computeIfPresent(slot.key(), (key, slots) -> {
            slots.remove(slot);
            return slots.isEmpty() ? null : slots;
        });
    }

    private Slot<C> leave(Slot<C> slot) {
        removeIdle(slot);
        leavingMb += slot.memoryMb();
        return slot;
    }

    /** The container has done its work and may be used again. */
    void idle(Slot<C> slot) {
        idle.add(slot);
        idleByKey.computeIfAbsent(slot.key(), key -> new LinkedHashSet<>()).add(slot);
    }

    /** The container will be removed, without having been asked for by {@link Remove}; it counts until it is gone. */
    void leaving(int mb) {
        leavingMb += mb;
    }

    /** The idle container has died or expired; true if it was idle here. */
    boolean leaveIfIdle(C container) {
        var slot =
                idle.stream().filter(one -> one.container().equals(container)).findFirst();
        slot.ifPresent(this::leave);
        return slot.isPresent();
    }

    /** Nothing is left of the container. */
    void removed(int number, int mb) {
        numbers.clear(number);
        takenMb -= mb;
        leavingMb -= mb;
    }

    /** The container could not be removed: its memory is counted no longer, its number stays taken. */
    void lost(int mb) {
        takenMb -= mb;
        leavingMb -= mb;
    }

    /** Containers that nobody has used since {@code before}, taken out of the pool. */
    List<Slot<C>> expire(long before) {
        var expired = new ArrayList<Slot<C>>();
        while (!idle.isEmpty() && idle.getFirst().idleSince() < before) {
            expired.add(leave(idle.getFirst()));
        }
        return expired;
    }

    /** Forgets who waits, and takes all idle containers out. */
    List<Slot<C>> clear() {
        waiting.clear();
        return expire(Long.MAX_VALUE);
    }

    /** A container that is idle. Each time is one of its own, so it is told from others by identity. */
    record Slot<C>(C container, PoolKey key, int memoryMb, long idleSince) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A decision. */
    sealed interface Step<C> {}

    record Reuse<C>(Job job, Slot<C> slot) implements Step<C> {}

    record Create<C>(Job job, int number) implements Step<C> {}

    record Remove<C>(Slot<C> slot) implements Step<C> {}

    record TooLarge<C>(Job job, int memoryMb) implements Step<C> {}
}
