package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Which stem cells an invoker should have: those it is configured to keep, and one for each of the last two containers that
 * somebody had to be given lately. One that dies unused is replaced, but only so often. Owned by the invoker's loop; times
 * are milliseconds that the caller brings.
 */
final class StemCells {
    /** OpenWhisk's time to live of cells that demand brought. */
    static final long LATELY_MS = 120_000;

    /** Somebody who just asked is served first. */
    static final long QUIET_MS = 50;

    static final int MOST_BY_DEMAND = 16;

    static final int FAILURES = 3;
    static final long FAILURES_MS = 60_000;
    private static final int MOST_KEYS = 256;

    private final SequencedMap<CellKey, Integer> configured = new LinkedHashMap<>();
    private final boolean followsDemand;
    /** By the last time, oldest first. */
    private final SequencedMap<CellKey, Asked> asked = new LinkedHashMap<>();

    private final Map<CellKey, Deque<Long>> failures = new HashMap<>();
    private long lastAsked = Long.MIN_VALUE / 2;

    StemCells(List<Prewarm> configured, boolean followsDemand) {
        configured.forEach(one -> this.configured.merge(
                new CellKey(one.namespace(), one.kind(), one.memoryMb()), one.count(), Integer::sum));
        this.followsDemand = followsDemand;
    }

    /** An activation found no warm container, and took a stem cell or had one made. */
    void asked(CellKey key, long now) {
        lastAsked = now;
        if (followsDemand) {
            var before = Optional.ofNullable(asked.remove(key)).map(Asked::last);
            asked.put(key, new Asked(now, before.orElse(Long.MIN_VALUE / 2)));
            if (asked.size() > MOST_KEYS) {
                asked.pollFirstEntry();
            }
        }
    }

    /** A stem cell could not be made or has died unused. */
    void failed(CellKey key, long now) {
        var times = failures.computeIfAbsent(key, same -> new ArrayDeque<>());
        times.add(now);
        if (times.size() > FAILURES) {
            times.remove();
        }
        if (failures.size() > MOST_KEYS) {
            failures.values().removeIf(each -> isOver(each, now));
        }
    }

    private static boolean isOver(Deque<Long> times, long now) {
        return times.getLast() <= now - FAILURES_MS;
    }

    /** What is to be made next; one is made at a time. */
    Optional<CellKey> lacking(Map<CellKey, Integer> present, long now) {
        if (now - lastAsked < QUIET_MS) {
            return Optional.empty();
        }
        var count = present.values().stream().mapToInt(Integer::intValue).sum();
        var latest = asked.reversed().keySet().stream().filter(_ -> count < MOST_BY_DEMAND);
        return Stream.concat(configured.keySet().stream(), latest)
                .filter(key -> present.getOrDefault(key, 0) < wanted(key, now) && mayTry(key, now))
                .findFirst();
    }

    /** Of what there are too many. */
    Optional<CellKey> surplus(Map<CellKey, Integer> present, long now) {
        asked.values().removeIf(each -> each.last() <= now - LATELY_MS);
        return present.entrySet().stream()
                .filter(each -> each.getValue() > wanted(each.getKey(), now))
                .map(Map.Entry::getKey)
                .min(Comparator.comparing(CellKey::toString));
    }

    private int wanted(CellKey key, long now) {
        var byDemand = Optional.ofNullable(asked.get(key)).map(each -> each.since(now - LATELY_MS));
        return Math.max(configured.getOrDefault(key, 0), byDemand.orElse(0));
    }

    private boolean mayTry(CellKey key, long now) {
        var times = failures.get(key);
        return times == null || times.size() < FAILURES || times.getFirst() <= now - FAILURES_MS;
    }

    /** When it was asked for the last two times. */
    private record Asked(long last, long before) {
        int since(long time) {
            return (last > time ? 1 : 0) + (before > time ? 1 : 0);
        }
    }
}
