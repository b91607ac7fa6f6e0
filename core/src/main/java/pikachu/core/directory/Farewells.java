package pikachu.core.directory;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import pikachu.core.instances.Entry;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * In which order ended entries are forgotten: in each namespace the oldest first, when their time has come or there are
 * more than {@link GoneKept} allows. Owned by one thread; each call costs the farewells that it adds or takes.
 */
public final class Farewells {
    /** What is to be forgotten, unless the ID has been used anew. Early when it is taken before {@code untilMs}. */
    public record Farewell(NamespaceName namespace, InstanceId id, Epoch epoch, long untilMs) {}

    private static final long LOOK_MS = 1000;

    private static final class Line {
        final ArrayDeque<Farewell> chosen = new ArrayDeque<>(2);
        final ArrayDeque<Farewell> others = new ArrayDeque<>(2);
        long lookMs = Long.MIN_VALUE;

        Optional<Farewell> due(long nowMs) {
            return isDue(chosen, nowMs)
                    ? Optional.of(chosen.remove())
                    : isDue(others, nowMs) ? Optional.of(others.remove()) : Optional.empty();
        }

        private static boolean isDue(ArrayDeque<Farewell> line, long nowMs) {
            var first = line.peek();
            return first != null && first.untilMs() <= nowMs;
        }
    }

    private record Look(long atMs, NamespaceName namespace) {}

    private final GoneKept kept;
    private final Map<NamespaceName, Line> lines = new HashMap<>();
    private final ArrayDeque<Farewell> surplus = new ArrayDeque<>();

    /** When to look at which namespace: one look for all that ends within a second, so in order of time. */
    private final ArrayDeque<Look> looks = new ArrayDeque<>();

    public Farewells(GoneKept kept) {
        this.kept = kept;
    }

    /** The entry has ended now. */
    public void add(Entry entry, long nowMs) {
        var farewell = new Farewell(entry.namespace(), entry.id(), entry.epoch(), nowMs + kept.forMs());
        var line = lines.computeIfAbsent(farewell.namespace(), name -> new Line());
        boolean isChosen = farewell.id().isChosen();
        var queue = isChosen ? line.chosen : line.others;
        queue.add(farewell);
        if (queue.size() > (isChosen ? kept.chosen() : kept.others())) {
            surplus.add(queue.remove());
        }
        long lookMs = Math.ceilDiv(farewell.untilMs(), LOOK_MS) * LOOK_MS;
        if (lookMs > line.lookMs) {
            line.lookMs = lookMs;
            looks.add(new Look(lookMs, farewell.namespace()));
        }
    }

    /** It cannot be forgotten yet: asked again for the next time. */
    public void postpone(Farewell farewell) {
        surplus.add(farewell);
    }

    /** Takes the next that is to be forgotten now. */
    public Optional<Farewell> next(long nowMs) {
        if (!surplus.isEmpty()) {
            return Optional.of(surplus.remove());
        }
        for (var look = looks.peek(); look != null && look.atMs() <= nowMs; look = looks.peek()) {
            var line = lines.get(look.namespace());
            Optional<Farewell> due = line == null ? Optional.empty() : line.due(nowMs);
            if (due.isPresent()) {
                return due;
            }
            looks.remove();
            if (line != null && line.lookMs == look.atMs()) {
                lines.remove(look.namespace());
            }
        }
        return Optional.empty();
    }

    /** Whether {@link #next} has nothing to give now. */
    public boolean isQuiet(long nowMs) {
        var look = looks.peek();
        return surplus.isEmpty() && (look == null || look.atMs() > nowMs);
    }

    public void clear() {
        lines.clear();
        surplus.clear();
        looks.clear();
    }
}
