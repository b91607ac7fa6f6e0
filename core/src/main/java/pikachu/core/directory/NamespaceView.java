package pikachu.core.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.messages.DirectoryMessage.DirectorySnapshot;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * A namespace as functions on one invoker see it: what the directory told, with the invoker's own entries over it, which
 * are shown without a round trip.
 *
 * <p>Owned by the invoker's loop. The told part holds exactly what the publisher said, own entries as it knows them
 * included, and so has the publisher's checksum whenever nothing was lost; own changes that are still on their way to the
 * publisher make no difference. For an ID that a snapshot no longer lists the last change is kept for a while as a floor,
 * so that a late message brings neither an older epoch nor the dead back.
 */
public final class NamespaceView {
    private record Expiry(long atMs, InstanceId id, Epoch epoch) {}

    private final NamespaceName name;
    private final LocalMap own;
    private final MergeRule rule;
    private final long goneKeptMs;
    private final Map<InstanceId, Change> told = new HashMap<>();
    private final Map<InstanceId, Change> floors = new HashMap<>();
    private final ArrayDeque<Expiry> expiries = new ArrayDeque<>();
    private final Digest digest = new Digest();

    public NamespaceView(NamespaceName name, LocalMap own, MergeRule rule, long goneKeptMs) {
        this.name = name;
        this.own = own;
        this.rule = rule;
        this.goneKeptMs = goneKeptMs;
    }

    /** Applies changes; gives the entries that now look different. */
    public List<Entry> apply(DirectoryChanges message, long nowMs) {
        return merge(message.changes(), nowMs);
    }

    private List<Entry> merge(List<Change> changes, long nowMs) {
        if (changes.isEmpty()) {
            return List.of();
        }
        var shown = new ArrayList<Entry>(changes.size());
        for (var change : changes) {
            if (change.entry().namespace().equals(name) && merge(change, nowMs) && !isCovered(change.entry())) {
                shown.add(change.entry());
            }
        }
        return shown;
    }

    /** Whether the own map knows better: it wrote the entry, or a later one for the ID. */
    private boolean isCovered(Entry entry) {
        var mine = own.entry(name, entry.id());
        return mine.isPresent() && mine.get().epoch().compareTo(entry.epoch()) >= 0;
    }

    private boolean merge(Change change, long nowMs) {
        var id = change.entry().id();
        var held = told.get(id);
        if (held != null && !rule.replaces(change, held)) {
            return false;
        }
        var floor = floors.get(id);
        if (held == null && floor != null && isBelow(change.entry(), floor.entry())) {
            return false;
        }
        if (held != null) {
            digest.remove(held);
        }
        told.put(id, change);
        digest.add(change);
        if (!change.entry().isAlive()) {
            expiries.add(new Expiry(nowMs + goneKeptMs, id, change.entry().epoch()));
        }
        return true;
    }

    private static boolean isBelow(Entry entry, Entry floor) {
        int byEpoch = entry.epoch().compareTo(floor.epoch());
        return byEpoch < 0 || (byEpoch == 0 && entry.isAlive() && !floor.isAlive());
    }

    /** Whether the told part is what the publisher says it should be. */
    public boolean agrees(int live, long checksum) {
        return digest.is(live, checksum);
    }

    /** Applies the whole directory of the namespace: what it does not list is not there. */
    public Refreshed apply(DirectorySnapshot message, long nowMs) {
        var listed = new HashSet<InstanceId>();
        message.entries().forEach(change -> listed.add(change.entry().id()));
        boolean removed = false;
        for (var change : List.copyOf(told.values())) {
            if (!listed.contains(change.entry().id())) {
                removed |= remove(change, nowMs);
            }
        }
        return new Refreshed(removed, merge(message.entries(), nowMs));
    }

    private boolean remove(Change change, long nowMs) {
        var id = change.entry().id();
        told.remove(id);
        digest.remove(change);
        floors.put(id, change);
        expiries.add(new Expiry(nowMs + goneKeptMs, id, change.entry().epoch()));
        return own.entry(name, id).isEmpty();
    }

    /** Forgets what has been gone long enough; gives how many entries that were visible have been forgotten. */
    public int expire(long nowMs) {
        int removed = 0;
        for (var next = expiries.peek(); next != null && next.atMs() <= nowMs; next = expiries.peek()) {
            expiries.remove();
            removed += forget(next) ? 1 : 0;
        }
        return removed;
    }

    private boolean forget(Expiry expiry) {
        var floor = floors.get(expiry.id());
        if (floor != null && floor.entry().epoch().equals(expiry.epoch())) {
            floors.remove(expiry.id());
        }
        var held = told.get(expiry.id());
        if (held == null || held.entry().isAlive() || !held.entry().epoch().equals(expiry.epoch())) {
            return false;
        }
        told.remove(expiry.id());
        return own.entry(name, expiry.id()).isEmpty();
    }

    /** The entry as functions here see it. */
    public Optional<Entry> entry(InstanceId id) {
        var held = told.get(id);
        return held == null ? own.entry(name, id).filter(this::shows) : Optional.of(visible(id, held));
    }

    private Entry visible(InstanceId id, Change held) {
        return isCovered(held.entry()) ? own.entry(name, id).orElseThrow() : held.entry();
    }

    /** Whether an entry of the own map is what functions here see, not covered by a newer epoch elsewhere. */
    public boolean shows(Entry mine) {
        var held = told.get(mine.id());
        var newest = held == null ? floors.get(mine.id()) : held;
        return newest == null || mine.epoch().compareTo(newest.entry().epoch()) >= 0;
    }

    /** Everything as functions here see it. */
    public List<Entry> entries() {
        var entries = new ArrayList<Entry>(told.size());
        told.forEach((id, held) -> entries.add(visible(id, held)));
        for (var mine : own.entries(name)) {
            if (!told.containsKey(mine.id()) && shows(mine)) {
                entries.add(mine);
            }
        }
        return entries;
    }

    /** How many entries the publisher has told of, lately gone ones included. */
    public int size() {
        return told.size();
    }

    /** Whether the publisher has told of an instance that is alive. */
    public boolean hasLive() {
        return digest.live() > 0;
    }

    /**
     * What a snapshot did.
     *
     * @param removed whether something is no longer there, so that all must be shown anew
     * @param changed entries that look different
     */
    public record Refreshed(boolean removed, List<Entry> changed) {}
}
