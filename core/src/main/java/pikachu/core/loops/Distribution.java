package pikachu.core.loops;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pikachu.core.bus.Topic;
import pikachu.core.directory.GlobalMap;
import pikachu.core.instances.Change;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.messages.DirectoryMessage.DirectorySnapshot;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * The way down: changes of the global map to the invokers, namespace by namespace, by the controller that publishes. At
 * once while there are few; under load they are gathered for longer the more there are, at most for a second, so that
 * the cost is bounded. After a namespace's last change its checksum is repeated a few times, at growing intervals, so
 * that a reader notices when the last message was lost.
 */
final class Distribution {
    private static final int MAX_CHANGES = 500;
    private static final long WINDOW_MS = 1000;
    private static final int AT_ONCE_PER_SECOND = 1000;
    private static final int PER_SECOND_AND_MS = 100;
    private static final long LONGEST_MS = 1000;
    private static final long SNAPSHOT_PAUSE_MS = 100;
    /** The last is 31 s after the change. */
    private static final long[] REPEATS_MS = {1000, 2000, 4000, 8000, 16_000};

    private static final class Outgoing {
        final NamespaceName name;
        final Map<InstanceId, Change> pending = new LinkedHashMap<>();
        long version;
        int repeatsQueued;
        long snapshotMs = Long.MIN_VALUE / 2;
        boolean isSnapshotWanted;

        Outgoing(NamespaceName name) {
            this.name = name;
        }
    }

    private record Repeat(long atMs, Outgoing outgoing, long version) {}

    private final GlobalMap map;
    private final Publications<?> publications;
    private final Timers timers;
    private final Map<NamespaceName, Outgoing> namespaces = new HashMap<>();
    private final Set<Outgoing> dirty = new LinkedHashSet<>();
    private final List<ArrayDeque<Repeat>> repeats = new ArrayList<>();
    private boolean isPublisher;
    private long windowMs;
    private int inWindow;
    private long intervalMs;
    private long flushedMs;

    Distribution(GlobalMap map, Publications<?> publications, Timers timers) {
        this.map = map;
        this.publications = publications;
        this.timers = timers;
        for (int i = 0; i < REPEATS_MS.length; i++) {
            repeats.add(new ArrayDeque<>());
        }
    }

    /** The global map has changed. */
    void changed(Change change) {
        if (!isPublisher) {
            return;
        }
        inWindow++;
        var outgoing = outgoing(change.entry().namespace());
        // Gathered changes of one ID are sent as the last: the map has put them in order already.
        outgoing.pending.put(change.entry().id(), change);
        dirty.add(outgoing);
    }

    private Outgoing outgoing(NamespaceName name) {
        return namespaces.computeIfAbsent(name, Outgoing::new);
    }

    /** An invoker lacks a namespace. */
    void wanted(NamespaceName name, long nowMs) {
        if (!isPublisher) {
            return;
        }
        var outgoing = outgoing(name);
        if (outgoing.isSnapshotWanted) {
            return;
        }
        if (nowMs - outgoing.snapshotMs >= SNAPSHOT_PAUSE_MS) {
            snapshot(outgoing, nowMs);
        } else {
            outgoing.isSnapshotWanted = true;
            timers.at(outgoing.snapshotMs + SNAPSHOT_PAUSE_MS, () -> snapshot(outgoing, publications.nowMs()));
        }
    }

    private void snapshot(Outgoing outgoing, long nowMs) {
        outgoing.isSnapshotWanted = false;
        if (!isPublisher) {
            return;
        }
        outgoing.snapshotMs = nowMs;
        var name = outgoing.name;
        publications.send(
                Topic.DIRECTORY,
                Topic.partitionOf(name),
                new DirectorySnapshot(name, List.copyOf(map.namespace(name))));
        // The snapshot holds what was pending; its checksum follows, so that a reader knows whether it has all.
        outgoing.pending.clear();
        digest(outgoing, List.of());
        repeatLater(outgoing, 0, nowMs);
    }

    /** At the end of each step: sends what is due. */
    void tick(boolean publishes, long nowMs) {
        if (publishes != isPublisher) {
            isPublisher = publishes;
            begin(nowMs);
        }
        if (nowMs - windowMs >= WINDOW_MS) {
            long perSecond = inWindow * 1000L / Math.max(WINDOW_MS, nowMs - windowMs);
            intervalMs = perSecond <= AT_ONCE_PER_SECOND ? 0 : Math.min(LONGEST_MS, perSecond / PER_SECOND_AND_MS);
            windowMs = nowMs;
            inWindow = 0;
        } else if (intervalMs == 0 && inWindow > AT_ONCE_PER_SECOND) {
            intervalMs = AT_ONCE_PER_SECOND / PER_SECOND_AND_MS;
        }
        if (!dirty.isEmpty() && nowMs - flushedMs >= intervalMs) {
            flushedMs = nowMs;
            dirty.forEach(outgoing -> flush(outgoing, nowMs));
            dirty.clear();
        }
        for (int level = 0; level < REPEATS_MS.length; level++) {
            repeat(level, nowMs);
        }
    }

    /** Becomes the publisher: what the one before still had to say shows in the checksums. Or ceases to be it. */
    private void begin(long nowMs) {
        dirty.clear();
        repeats.forEach(ArrayDeque::clear);
        namespaces.clear();
        if (isPublisher) {
            for (var name : map.names()) {
                var outgoing = outgoing(name);
                digest(outgoing, List.of());
                repeatLater(outgoing, 0, nowMs);
            }
        }
    }

    private void flush(Outgoing outgoing, long nowMs) {
        if (outgoing.pending.isEmpty()) {
            return;
        }
        outgoing.version++;
        var changes = List.copyOf(outgoing.pending.values());
        outgoing.pending.clear();
        for (int from = 0; from < changes.size(); from += MAX_CHANGES) {
            // In all but the last part the checksum is ahead of the changes, for less than a reader's patience.
            digest(outgoing, changes.subList(from, Math.min(from + MAX_CHANGES, changes.size())));
        }
        repeatLater(outgoing, 0, nowMs);
    }

    private void digest(Outgoing outgoing, List<Change> changes) {
        var digest = map.digest(outgoing.name);
        publications.send(
                Topic.DIRECTORY,
                Topic.partitionOf(outgoing.name),
                new DirectoryChanges(outgoing.name, changes, digest.live(), digest.checksum()));
    }

    private void repeatLater(Outgoing outgoing, int level, long nowMs) {
        if (level == 0 && outgoing.repeatsQueued > 0) {
            return;
        }
        outgoing.repeatsQueued++;
        repeats.get(level).add(new Repeat(nowMs + REPEATS_MS[level], outgoing, outgoing.version));
    }

    private void repeat(int level, long nowMs) {
        var queue = repeats.get(level);
        for (var next = queue.peek(); next != null && next.atMs() <= nowMs; next = queue.peek()) {
            queue.remove();
            var outgoing = next.outgoing();
            outgoing.repeatsQueued--;
            boolean isQuiet = next.version() == outgoing.version;
            if (isQuiet && outgoing.pending.isEmpty()) {
                digest(outgoing, List.of());
            }
            if (!isQuiet) {
                repeatLater(outgoing, 0, nowMs);
            } else if (level + 1 < REPEATS_MS.length) {
                repeatLater(outgoing, level + 1, nowMs);
            } else if (outgoing.repeatsQueued == 0 && outgoing.pending.isEmpty() && !outgoing.isSnapshotWanted) {
                namespaces.remove(outgoing.name, outgoing);
            }
        }
    }

    long nextDue() {
        return dirty.isEmpty() ? Long.MAX_VALUE : flushedMs + intervalMs;
    }
}
