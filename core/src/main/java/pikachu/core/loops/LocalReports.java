package pikachu.core.loops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.bus.Topic;
import pikachu.core.directory.LocalMap;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.messages.HealthMessage.Traffic;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

/**
 * What an invoker tells the controllers of itself: heartbeats, the changes of its local map, and the whole map when one
 * of them lacks it. Nothing here waits for anything; a report that is lost shows in the next one's checksum.
 */
final class LocalReports {
    private static final int MAX_CHANGES = 1000;
    private static final int MAX_TRAFFIC = 10_000;
    private static final long SNAPSHOT_PAUSE_MS = 100;

    private final InvokerId self;
    private final int memoryMb;
    private final IntSupplier takenMb;
    private final Timing timing;
    private final LocalMap map;
    private final Lease lease;
    private final Publications<?> publications;
    private final Map<ActivationId, Traffic> traffic = new LinkedHashMap<>();
    private Incarnation incarnation;
    private boolean isSilent;
    private long beatDueMs = Long.MIN_VALUE;
    private long changesDueMs = Long.MAX_VALUE;
    private long snapshotDueMs = Long.MAX_VALUE;
    private long snapshotSentMs = Long.MIN_VALUE / 2;

    LocalReports(
            InvokerId self,
            Incarnation incarnation,
            int memoryMb,
            IntSupplier takenMb,
            Timing timing,
            LocalMap map,
            Lease lease,
            Publications<?> publications) {
        this.self = self;
        this.incarnation = incarnation;
        this.memoryMb = memoryMb;
        this.takenMb = takenMb;
        this.timing = timing;
        this.map = map;
        this.lease = lease;
        this.publications = publications;
    }

    /** Takes a change of the local map in; false when it changes nothing. */
    boolean changed(Entry entry, long nowMs) {
        if (!map.put(entry, nowMs)) {
            return false;
        }
        changesDueMs = Math.min(changesDueMs, nowMs + timing.coalesceMs());
        return true;
    }

    void counted(List<Traffic> counts) {
        for (var count : counts) {
            if (traffic.size() < MAX_TRAFFIC || traffic.containsKey(count.activation())) {
                traffic.merge(count.activation(), count, LocalReports::sum);
            }
        }
    }

    private static Traffic sum(Traffic a, Traffic b) {
        return new Traffic(
                a.activation(),
                a.messagesSent() + b.messagesSent(),
                a.bytesSent() + b.bytesSent(),
                a.messagesReceived() + b.messagesReceived(),
                a.bytesReceived() + b.bytesReceived());
    }

    /** Somebody lacks the map: it is sent at once, unless it was just now. */
    void wanted(long nowMs) {
        snapshotDueMs = Math.min(snapshotDueMs, Math.max(nowMs, snapshotSentMs + SNAPSHOT_PAUSE_MS));
    }

    /** Sends what is due. */
    void tick(long nowMs) {
        if (isSilent) {
            return;
        }
        if (nowMs >= beatDueMs) {
            // Not from the last one on: an invoker that was paused has nothing to catch up with.
            beatDueMs = nowMs + timing.heartbeatMs();
            beat(true, nowMs);
        } else if (nowMs >= changesDueMs) {
            beat(false, nowMs);
        }
        if (nowMs >= snapshotDueMs) {
            snapshotDueMs = Long.MAX_VALUE;
            snapshotSentMs = nowMs;
            publications.send(Topic.HEALTH, 0, new MapSnapshot(self, incarnation, map.sequence(), map.told()));
        }
    }

    private void beat(boolean isDue, long nowMs) {
        changesDueMs = Long.MAX_VALUE;
        boolean due = isDue;
        do {
            var changes = map.take(MAX_CHANGES);
            send(due, changes, due ? takeTraffic() : List.of(), nowMs);
            due = false;
        } while (map.hasPending());
    }

    private void send(boolean isDue, List<Change> changes, List<Traffic> counts, long nowMs) {
        var digest = map.digest();
        var heartbeat = new Heartbeat(
                self,
                incarnation,
                isDue,
                new Capacity(memoryMb, takenMb.getAsInt()),
                map.sequence(),
                digest.live(),
                digest.checksum(),
                changes,
                counts);
        var sender = incarnation;
        publications.once(Publications.draft(Topic.HEALTH, 0, heartbeat, Durability.TRANSIENT), how -> {
            if (how instanceof Published.Appended && sender.equals(incarnation)) {
                lease.acknowledged(nowMs, publications.nowMs());
            }
        });
    }

    private List<Traffic> takeTraffic() {
        if (traffic.isEmpty()) {
            return List.of();
        }
        var counts = new ArrayList<>(traffic.values());
        traffic.clear();
        return counts;
    }

    /** This life is over: nothing more is told of it. */
    void fallSilent() {
        isSilent = true;
        traffic.clear();
    }

    /** A new life begins, with an empty map, and says so at once. */
    void begin(Incarnation newIncarnation) {
        incarnation = newIncarnation;
        isSilent = false;
        beatDueMs = Long.MIN_VALUE;
        changesDueMs = Long.MAX_VALUE;
        snapshotDueMs = Long.MAX_VALUE;
    }

    long nextDue() {
        return isSilent ? Long.MAX_VALUE : Math.min(beatDueMs, Math.min(changesDueMs, snapshotDueMs));
    }
}
