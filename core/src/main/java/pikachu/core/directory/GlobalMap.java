package pikachu.core.directory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pikachu.core.directory.Farewells.Farewell;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * The global address map (paper 4.3): the latest local map of each invoker, and over all of them the namespaces as
 * readers see them.
 *
 * <p>Owned by the controller's loop. Each invoker's part holds what is alive there, to compare with the invoker's own
 * checksum and to know what a death ends; the namespaces hold what counts by the {@link MergeRule}, entries lately gone
 * included. Both share the {@link Change}. A step costs the changes it brings.
 */
public final class GlobalMap {
    private record Key(NamespaceName namespace, InstanceId id) {
        static Key of(Change change) {
            return new Key(change.entry().namespace(), change.entry().id());
        }
    }

    /** What is alive on one invoker as far as it has told. */
    private static final class Part {
        final Incarnation incarnation;
        final Map<Key, Change> alive = new HashMap<>();
        final Digest digest = new Digest();
        long sequence;

        Part(Incarnation incarnation) {
            this.incarnation = incarnation;
        }
    }

    private static final class Namespace {
        final Map<InstanceId, Change> entries = new HashMap<>();
        final Digest digest = new Digest();
    }

    private final MergeRule rule;
    private final Consumer<Change> changed;
    private final Map<InvokerId, Part> parts = new HashMap<>();
    private final Map<NamespaceName, Namespace> namespaces = new HashMap<>();
    private final Farewells farewells;
    private final Floors floors;
    private final Set<InvokerId> outOfStep = new HashSet<>();

    /** @param changed told of each change of a namespace, in order */
    public GlobalMap(GoneKept kept, MergeRule rule, Consumer<Change> changed) {
        farewells = new Farewells(kept);
        floors = new Floors(kept.forMs());
        this.rule = rule;
        this.changed = changed;
    }

    /**
     * Applies what a heartbeat brings. The caller has made sure that the incarnation is not dead.
     *
     * @return false when the invoker's map and this part of the global one differ, so that its snapshot is wanted
     */
    public boolean apply(Heartbeat heartbeat, long nowMs) {
        var part = part(heartbeat.invoker(), heartbeat.incarnation(), nowMs);
        if (heartbeat.sequence() < part.sequence) {
            return true; // late or twice: a newer one has been applied
        }
        for (var change : heartbeat.changes()) {
            apply(part, change, nowMs);
        }
        part.sequence = heartbeat.sequence();
        return judge(heartbeat.invoker(), part.digest.is(heartbeat.live(), heartbeat.checksum()));
    }

    /** Applies an invoker's whole map: what it does not list has ended. */
    public void apply(MapSnapshot snapshot, long nowMs) {
        var part = part(snapshot.invoker(), snapshot.incarnation(), nowMs);
        if (snapshot.sequence() < part.sequence) {
            return;
        }
        var listed = new HashSet<Key>();
        for (var change : snapshot.entries()) {
            listed.add(Key.of(change));
            apply(part, change, nowMs);
        }
        for (var change : List.copyOf(part.alive.values())) {
            if (!listed.contains(Key.of(change))) {
                end(part, change, Ending.STOPPED, nowMs);
            }
        }
        part.sequence = snapshot.sequence();
        judge(snapshot.invoker(), true);
    }

    private boolean judge(InvokerId invoker, boolean inStep) {
        if (inStep) {
            outOfStep.remove(invoker);
        } else {
            outOfStep.add(invoker);
        }
        return inStep;
    }

    /** The invoker's part; a new incarnation ends what the one before left. */
    private Part part(InvokerId invoker, Incarnation incarnation, long nowMs) {
        var part = parts.get(invoker);
        if (part != null && part.incarnation.equals(incarnation)) {
            return part;
        }
        if (part != null) {
            end(invoker, part.incarnation, nowMs);
        }
        var begun = new Part(incarnation);
        parts.put(invoker, begun);
        return begun;
    }

    private void apply(Part part, Change change, long nowMs) {
        var key = Key.of(change);
        var held = part.alive.get(key);
        if (held == null || change.sequence() > held.sequence()) {
            if (held != null) {
                part.digest.remove(held);
            }
            if (change.entry().isAlive()) {
                part.alive.put(key, change);
                part.digest.add(change);
            } else if (held != null) {
                part.alive.remove(key);
            }
            // Of an ID used anew before its end was told, the end of the older epoch is implied.
            merge(key, change, nowMs);
        }
    }

    private void end(Part part, Change change, Ending how, long nowMs) {
        var key = Key.of(change);
        part.alive.remove(key);
        part.digest.remove(change);
        merge(
                key,
                new Change(
                        change.incarnation(), change.sequence(), change.entry().gone(how)),
                nowMs);
    }

    private void merge(Key key, Change change, long nowMs) {
        var namespace = namespaces.computeIfAbsent(key.namespace(), name -> new Namespace());
        var held = namespace.entries.get(key.id());
        if (held == null ? isForgotten(key, change) : !rule.replaces(change, held)) {
            return;
        }
        if (held != null) {
            namespace.digest.remove(held);
        }
        namespace.entries.put(key.id(), change);
        namespace.digest.add(change);
        changed.accept(change);
        if (!change.entry().isAlive()) {
            farewells.add(change.entry(), nowMs);
            expire(nowMs);
        }
    }

    /** Whether it is old news of what has been gone, and not been kept. */
    private boolean isForgotten(Key key, Change change) {
        return floors.covers(key.namespace(), key.id(), change.entry().epoch());
    }

    /** The invoker's life is over: what is alive there is lost with its host. */
    public void end(InvokerId invoker, Incarnation incarnation, long nowMs) {
        var part = parts.get(invoker);
        if (part == null || !part.incarnation.equals(incarnation)) {
            return;
        }
        parts.remove(invoker);
        outOfStep.remove(invoker);
        for (var change : List.copyOf(part.alive.values())) {
            end(part, change, Ending.HOST_LOST, nowMs);
        }
    }

    /** Forgets what has been gone long enough, and the oldest of too many. */
    public void expire(long nowMs) {
        floors.expire(nowMs);
        if (!farewells.isQuiet(nowMs)) {
            for (var next = farewells.next(nowMs); next.isPresent(); next = farewells.next(nowMs)) {
                forget(next.get(), nowMs);
            }
        }
    }

    private void forget(Farewell farewell, long nowMs) {
        var namespace = namespaces.get(farewell.namespace());
        var held = namespace == null ? null : namespace.entries.get(farewell.id());
        if (namespace == null
                || held == null
                || held.entry().isAlive()
                || !held.entry().epoch().equals(farewell.epoch())) {
            return;
        }
        if (farewell.untilMs() > nowMs) {
            floors.add(farewell.namespace(), farewell.id(), farewell.epoch(), nowMs);
        }
        namespace.entries.remove(farewell.id());
        if (namespace.entries.isEmpty()) {
            namespaces.remove(farewell.namespace());
        }
    }

    /** The namespace as its readers see it, entries lately gone included. */
    public Collection<Change> namespace(NamespaceName name) {
        var namespace = namespaces.get(name);
        return namespace == null ? List.of() : namespace.entries.values();
    }

    public List<Entry> entries(NamespaceName name) {
        var entries = new ArrayList<Entry>();
        namespace(name).forEach(change -> entries.add(change.entry()));
        return entries;
    }

    public Optional<Entry> entry(NamespaceName name, InstanceId id) {
        var namespace = namespaces.get(name);
        @Nullable Change held = namespace == null ? null : namespace.entries.get(id);
        return held == null ? Optional.empty() : Optional.of(held.entry());
    }

    /** Over what is alive in the namespace. */
    public Digest digest(NamespaceName name) {
        var namespace = namespaces.get(name);
        return namespace == null ? new Digest() : namespace.digest;
    }

    public List<NamespaceName> names() {
        return List.copyOf(namespaces.keySet());
    }

    /** Whether every invoker's part agreed with the invoker when it was last heard. */
    public boolean isInStep() {
        return outOfStep.isEmpty();
    }
}
