package pikachu.core.directory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pikachu.core.directory.Farewells.Farewell;
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
    private final NamespaceName name;
    private final LocalMap own;
    private final MergeRule rule;
    private final Map<InstanceId, Change> told = new HashMap<>();
    private final Map<InstanceId, Change> floors = new HashMap<>();
    private final Farewells farewells;
    private final Floors forgotten;
    private final Digest digest = new Digest();

    public NamespaceView(NamespaceName name, LocalMap own, MergeRule rule, GoneKept kept) {
        this.name = name;
        this.own = own;
        this.rule = rule;
        farewells = new Farewells(kept);
        forgotten = new Floors(kept.forMs());
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

    /** Whether the own map knows better: it wrote the entry, or a later one for the ID, be it forgotten since. */
    private boolean isCovered(Entry entry) {
        var mine = own.entry(name, entry.id());
        return (mine.isPresent() && mine.get().epoch().compareTo(entry.epoch()) >= 0) || own.hasForgotten(entry);
    }

    private boolean merge(Change change, long nowMs) {
        var id = change.entry().id();
        var held = told.get(id);
        if (held != null && !rule.replaces(change, held)) {
            return false;
        }
        if (held == null && isOldNews(change.entry())) {
            return false;
        }
        if (held != null) {
            digest.remove(held);
        }
        told.put(id, change);
        digest.add(change);
        if (!change.entry().isAlive()) {
            farewells.add(change.entry(), nowMs);
        }
        return true;
    }

    private boolean isOldNews(Entry entry) {
        var floor = floors.get(entry.id());
        return (floor != null && isBelow(entry, floor.entry())) || forgotten.covers(name, entry.id(), entry.epoch());
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
        farewells.add(change.entry(), nowMs);
        return !isCovered(change.entry());
    }

    /**
     * Forgets what has been gone long enough, and the oldest of too many; gives how many entries that were visible have
     * been forgotten.
     */
    public int expire(long nowMs) {
        forgotten.expire(nowMs);
        if (farewells.isQuiet(nowMs)) {
            return 0;
        }
        int removed = 0;
        for (var next = farewells.next(nowMs); next.isPresent(); next = farewells.next(nowMs)) {
            removed += forget(next.get(), nowMs) ? 1 : 0;
        }
        return removed;
    }

    private boolean forget(Farewell farewell, long nowMs) {
        boolean isEarly = farewell.untilMs() > nowMs;
        var floor = floors.get(farewell.id());
        if (floor != null && floor.entry().epoch().equals(farewell.epoch())) {
            floors.remove(farewell.id());
            if (isEarly) {
                remember(floor.entry(), nowMs);
            }
        }
        var held = told.get(farewell.id());
        if (held == null || held.entry().isAlive() || !held.entry().epoch().equals(farewell.epoch())) {
            return false;
        }
        if (isEarly) {
            remember(held.entry(), nowMs);
        }
        told.remove(farewell.id());
        return !isCovered(held.entry());
    }

    /** That the epochs before are over, and if it has ended, its own too. */
    private void remember(Entry entry, long nowMs) {
        long epoch = entry.epoch().value();
        if (!entry.isAlive()) {
            forgotten.add(name, entry.id(), entry.epoch(), nowMs);
        } else if (epoch != 0) {
            forgotten.add(name, entry.id(), new Epoch(epoch - 1), nowMs);
        }
    }

    /** The entry as functions here see it. */
    public Optional<Entry> entry(InstanceId id) {
        var held = told.get(id);
        return held == null ? own.entry(name, id).filter(this::shows) : visible(held.entry());
    }

    private Optional<Entry> visible(Entry held) {
        return isCovered(held) ? own.entry(name, held.id()) : Optional.of(held);
    }

    /** Whether an entry of the own map is what functions here see, not covered by a newer epoch elsewhere. */
    public boolean shows(Entry mine) {
        var held = told.get(mine.id());
        var newest = held == null ? floors.get(mine.id()) : held;
        return newest == null
                ? !forgotten.covers(name, mine.id(), new Epoch(mine.epoch().value() + 1))
                : mine.epoch().compareTo(newest.entry().epoch()) >= 0;
    }

    /** Everything as functions here see it. */
    public List<Entry> entries() {
        var entries = new ArrayList<Entry>(told.size());
        told.values().forEach(held -> visible(held.entry()).ifPresent(entries::add));
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
