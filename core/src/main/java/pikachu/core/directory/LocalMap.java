package pikachu.core.directory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pikachu.core.directory.Farewells.Farewell;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * The local address map (paper 4.3): what one life of an invoker hosts, entries lately gone included.
 *
 * <p>Owned by the invoker's loop. A change gets its sequence number when it is taken to be sent, so several changes of
 * an entry that wait together are sent as the last of them, and sequence, live count and checksum always describe
 * exactly what has been taken.
 */
public final class LocalMap {
    private record Key(NamespaceName namespace, InstanceId id) {}

    private static final class Slot {
        Entry entry;

        @Nullable
        Change sent;

        Slot(Entry entry) {
            this.entry = entry;
        }
    }

    private final Map<NamespaceName, Map<InstanceId, Slot>> namespaces = new HashMap<>();
    private final LinkedHashSet<Key> pending = new LinkedHashSet<>();
    private final Farewells farewells;
    private final Floors floors;
    private final Digest digest = new Digest();
    private Incarnation incarnation;
    private long sequence;

    public LocalMap(Incarnation incarnation, GoneKept kept) {
        this.incarnation = incarnation;
        farewells = new Farewells(kept);
        floors = new Floors(kept.forMs());
    }

    /** Takes a new or changed entry in; false when it is older than what is held and changes nothing. */
    public boolean put(Entry entry, long nowMs) {
        var ids = namespaces.computeIfAbsent(entry.namespace(), name -> new HashMap<>());
        var slot = ids.get(entry.id());
        if (slot == null) {
            ids.put(entry.id(), new Slot(entry));
        } else if (isOlder(entry, slot.entry)) {
            return false;
        } else {
            slot.entry = entry;
        }
        pending.add(new Key(entry.namespace(), entry.id()));
        if (!entry.isAlive()) {
            farewells.add(entry, nowMs);
        }
        return true;
    }

    private static boolean isOlder(Entry entry, Entry held) {
        int byEpoch = entry.epoch().compareTo(held.epoch());
        return byEpoch < 0 || (byEpoch == 0 && !held.isAlive());
    }

    /** Changes that nobody has been told of yet, oldest first, at most {@code max}; from now on they count as told. */
    public List<Change> take(int max) {
        if (pending.isEmpty()) {
            return List.of();
        }
        var changes = new ArrayList<Change>(Math.min(max, pending.size()));
        for (Iterator<Key> keys = pending.iterator(); keys.hasNext() && changes.size() < max; ) {
            var key = keys.next();
            keys.remove();
            changes.add(tell(slot(key)));
        }
        return changes;
    }

    private Change tell(Slot slot) {
        if (slot.sent != null) {
            digest.remove(slot.sent);
        }
        var change = new Change(incarnation, ++sequence, slot.entry);
        digest.add(change);
        slot.sent = change;
        return change;
    }

    private Slot slot(Key key) {
        var ids = namespaces.get(key.namespace());
        var slot = ids == null ? null : ids.get(key.id());
        if (slot == null) {
            throw new IllegalStateException("No entry " + key + " in the local map although a change of it is pending");
        }
        return slot;
    }

    /** All that has been told, entries lately gone included. */
    public List<Change> told() {
        var changes = new ArrayList<Change>();
        for (var ids : namespaces.values()) {
            for (var slot : ids.values()) {
                if (slot.sent != null) {
                    changes.add(slot.sent);
                }
            }
        }
        return changes;
    }

    /** Forgets what has been gone long enough, and the oldest of too many; gives the entries that it forgot. */
    public List<Entry> expire(long nowMs) {
        floors.expire(nowMs);
        if (farewells.isQuiet(nowMs)) {
            return List.of();
        }
        var forgotten = new ArrayList<Entry>();
        var untold = new ArrayList<Farewell>();
        for (var next = farewells.next(nowMs); next.isPresent(); next = farewells.next(nowMs)) {
            if (pending.contains(new Key(next.get().namespace(), next.get().id()))) {
                untold.add(next.get());
            } else {
                forget(next.get(), nowMs).ifPresent(forgotten::add);
            }
        }
        untold.forEach(farewells::postpone);
        return forgotten;
    }

    private Optional<Entry> forget(Farewell farewell, long nowMs) {
        var ids = namespaces.get(farewell.namespace());
        var slot = ids == null ? null : ids.get(farewell.id());
        if (ids == null
                || slot == null
                || slot.entry.isAlive()
                || !slot.entry.epoch().equals(farewell.epoch())) {
            return Optional.empty();
        }
        if (farewell.untilMs() > nowMs) {
            floors.add(farewell.namespace(), farewell.id(), farewell.epoch(), nowMs);
        }
        ids.remove(farewell.id());
        if (ids.isEmpty()) {
            namespaces.remove(farewell.namespace());
        }
        return Optional.of(slot.entry);
    }

    /** Whether this entry, or one of a later epoch, has ended here and is not kept any more. */
    boolean hasForgotten(Entry entry) {
        return floors.covers(entry.namespace(), entry.id(), entry.epoch());
    }

    /** Forgets everything: a new life begins. */
    public void begin(Incarnation newIncarnation) {
        incarnation = newIncarnation;
        sequence = 0;
        namespaces.clear();
        pending.clear();
        farewells.clear();
        floors.clear();
        digest.clear();
    }

    public Optional<Entry> entry(NamespaceName namespace, InstanceId id) {
        var ids = namespaces.get(namespace);
        var slot = ids == null ? null : ids.get(id);
        return slot == null ? Optional.empty() : Optional.of(slot.entry);
    }

    /** The namespace's entries here, lately gone ones included. */
    public Collection<Entry> entries(NamespaceName namespace) {
        var ids = namespaces.get(namespace);
        return ids == null
                ? List.of()
                : ids.values().stream().map(slot -> slot.entry).toList();
    }

    public boolean hasPending() {
        return !pending.isEmpty();
    }

    /** Number of the newest change that has been told. */
    public long sequence() {
        return sequence;
    }

    /** Over what has been told. */
    public Digest digest() {
        return digest;
    }
}
