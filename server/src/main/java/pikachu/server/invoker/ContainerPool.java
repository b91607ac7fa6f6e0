package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * Which container an activation gets: a warm one of its action, paused or not, else a stem cell of its kind, else a new one.
 * If memory does not allow that it waits in line while the containers that have been idle longest are removed. Nothing
 * overtakes. Stem cells stand in nobody's way: they go as soon as an activation has taken the memory they were lent. Owned
 * by the invoker's loop; it decides and keeps count, and never touches a container.
 *
 * @param <C> a container, by identity
 */
final class ContainerPool<C> {
    private final Bookings bookings;
    private final Deque<Job> waiting = new ArrayDeque<>();
    /** Idle longest first. */
    private final SequencedMap<C, Slot<C>> idle = new LinkedHashMap<>();

    /** The same containers by what they can run. */
    private final Map<PoolKey, SequencedSet<Slot<C>>> idleByKey = new HashMap<>();

    /** Those of them that are not paused, in the same order. */
    private final SequencedSet<Slot<C>> awake = new LinkedHashSet<>();

    /** Oldest first. */
    private final SequencedMap<C, Cell<C>> cells = new LinkedHashMap<>();

    /** Stem cells by what they can become, also those that are only being made. */
    private final Map<CellKey, Integer> cellCounts = new HashMap<>();

    ContainerPool(int memoryMb, int maxContainers) {
        this.bookings = new Bookings(memoryMb, maxContainers);
    }

    void add(Job job) {
        waiting.add(job);
    }

    /** The container that it got is of no use; it is the next to get another. */
    void addFirst(Job job) {
        waiting.addFirst(job);
    }

    int waiting() {
        return waiting.size();
    }

    int takenMb() {
        return bookings.takenMb();
    }

    /** What to do now; asked again until it says that there is nothing. */
    Optional<Step<C>> next() {
        var step = waiting.isEmpty() ? Optional.<Step<C>>empty() : stepFor(waiting.getFirst());
        return step.isPresent() ? step : takeBackWhatWasLent();
    }

    private Optional<Step<C>> stepFor(Job job) {
        if (job.memoryMb() > bookings.memoryMb()) {
            waiting.remove();
            return Optional.of(new TooLarge<>(job, bookings.memoryMb()));
        }
        var warm = warm(PoolKey.of(job.activation()));
        if (warm.isPresent()) {
            waiting.remove();
            var isAwake = removeIdle(warm.get());
            return Optional.of(new Reuse<>(job, warm.get().container(), !isAwake));
        }
        return bookings.hasMemory(job.memoryMb()) ? fresh(job) : evict(job.memoryMb());
    }

    private Optional<Slot<C>> warm(PoolKey key) {
        // The one used last is the warmest.
        return Optional.ofNullable(idleByKey.get(key)).map(SequencedSet::getLast);
    }

    private Optional<Step<C>> fresh(Job job) {
        var cell = oldest(CellKey.of(job.activation()));
        if (cell.isPresent()) {
            waiting.remove();
            removeCell(cell.get());
            bookings.takeLent(cell.get().number());
            return Optional.of(new Take<>(job, cell.get().container()));
        }
        if (bookings.hasNumber()) {
            waiting.remove();
            return Optional.of(new Create<>(job, bookings.take(job.memoryMb())));
        }
        return evict(job.memoryMb());
    }

    private Optional<Cell<C>> oldest(CellKey key) {
        return cellCounts.containsKey(key)
                ? cells.values().stream().filter(cell -> cell.key().equals(key)).findFirst()
                : Optional.empty();
    }

    /** What is leaving already may be enough once it is gone. */
    private Optional<Step<C>> evict(int wantedMb) {
        var lacksMemory = !bookings.willHaveMemory(wantedMb);
        if (!lacksMemory && bookings.willHaveNumber()) {
            return Optional.empty();
        }
        if (!lacksMemory && !cells.isEmpty()) {
            return Optional.of(new Remove<>(leave(cells.firstEntry().getValue())));
        }
        return idle.isEmpty()
                ? Optional.empty()
                : Optional.of(new Remove<>(leave(idle.firstEntry().getValue())));
    }

    private Optional<Step<C>> takeBackWhatWasLent() {
        return bookings.hasLentTooMuch() && !cells.isEmpty()
                ? Optional.of(new Remove<>(leave(cells.firstEntry().getValue())))
                : Optional.empty();
    }

    /** Whether it was awake. */
    private boolean removeIdle(Slot<C> slot) {
        idle.remove(slot.container());
        idleByKey.computeIfPresent(slot.key(), (key, slots) -> {
            slots.remove(slot);
            return slots.isEmpty() ? null : slots;
        });
        return awake.remove(slot);
    }

    private C leave(Slot<C> slot) {
        removeIdle(slot);
        bookings.leave(slot.number());
        return slot.container();
    }

    private void removeCell(Cell<C> cell) {
        cells.remove(cell.container());
        uncount(cell.key());
    }

    private void uncount(CellKey key) {
        cellCounts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    private C leave(Cell<C> cell) {
        removeCell(cell);
        bookings.leave(cell.number());
        return cell.container();
    }

    /** The container has done its work and may be used again. */
    void idle(C container, int number, PoolKey key, long now) {
        var slot = new Slot<>(container, number, key, now);
        idle.put(container, slot);
        awake.add(slot);
        idleByKey.computeIfAbsent(key, same -> new LinkedHashSet<>()).add(slot);
    }

    /** The number for a stem cell that is about to be made; empty when there is no room that nobody uses. */
    OptionalInt lend(CellKey key) {
        if (!waiting.isEmpty() || !bookings.canLend(key.memoryMb())) {
            return OptionalInt.empty();
        }
        cellCounts.merge(key, 1, Integer::sum);
        return OptionalInt.of(bookings.lend(key.memoryMb()));
    }

    /** The stem cell that {@link #lend} gave a number is made. */
    void ready(C container, int number, CellKey key) {
        cells.put(container, new Cell<>(container, number, key));
    }

    /** The stem cell that {@link #lend} gave a number will not be; it counts until it is gone. */
    void failed(int number, CellKey key) {
        uncount(key);
        bookings.leave(number);
    }

    /** Stem cells that are there or being made. */
    Map<CellKey, Integer> cellCounts() {
        return Map.copyOf(cellCounts);
    }

    int cells() {
        return cells.size();
    }

    /** Takes one stem cell out, to be removed. */
    Optional<C> dropCell(CellKey key) {
        return oldest(key).map(this::leave);
    }

    /** The container will be removed, without having been asked for by {@link Remove}; it counts until it is gone. */
    void leaving(int number) {
        bookings.leave(number);
    }

    /** The container has died or expired; true if it was idle or a stem cell here and is now to be removed. */
    boolean leaveIfUnused(C container) {
        var slot = Optional.ofNullable(idle.get(container));
        slot.ifPresent(this::leave);
        var cell = Optional.ofNullable(cells.get(container));
        cell.ifPresent(this::leave);
        return slot.isPresent() || cell.isPresent();
    }

    /** Nothing is left of the container. */
    void removed(int number) {
        bookings.free(number);
    }

    /** The container could not be removed: its memory is counted no longer, its number stays taken. */
    void lost(int number) {
        bookings.lose(number);
    }

    /** Containers that nobody has used since {@code before}, to be paused. */
    List<C> pause(long before) {
        var quiet = new ArrayList<C>();
        while (!awake.isEmpty() && awake.getFirst().idleSince() < before) {
            quiet.add(awake.removeFirst().container());
        }
        return quiet;
    }

    /** Containers that nobody has used since {@code before}, taken out of the pool. */
    List<C> expire(long before) {
        var expired = new ArrayList<C>();
        while (!idle.isEmpty() && idle.firstEntry().getValue().idleSince() < before) {
            expired.add(leave(idle.firstEntry().getValue()));
        }
        return expired;
    }

    /** Forgets who waits, and takes out all containers that nobody uses. */
    List<C> clear() {
        waiting.clear();
        var unused = expire(Long.MAX_VALUE);
        while (!cells.isEmpty()) {
            unused.add(leave(cells.firstEntry().getValue()));
        }
        return unused;
    }

    /** A container that is idle. Each time is one of its own, so it is told from others by identity. */
    private record Slot<C>(C container, int number, PoolKey key, long idleSince) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** A container that has no action yet. */
    private record Cell<C>(C container, int number, CellKey key) {}

    /** A decision. */
    sealed interface Step<C> {}

    record Reuse<C>(Job job, C container, boolean isPaused) implements Step<C> {}

    record Take<C>(Job job, C cell) implements Step<C> {}

    record Create<C>(Job job, int number) implements Step<C> {}

    record Remove<C>(C container) implements Step<C> {}

    record TooLarge<C>(Job job, int memoryMb) implements Step<C> {}
}
