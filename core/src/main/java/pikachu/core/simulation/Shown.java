package pikachu.core.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** What functions on one invoker have been shown, and the invariants on each single showing. */
final class Shown {
    private static final long REMEMBERED_MS = 55_000;

    private record Last(Entry entry, long atMs) {}

    private final String name;
    private final Clockwork clock;
    private final Map<NamespaceName, Map<InstanceId, Entry>> namespaces = new HashMap<>();
    private final Map<NamespaceName, Map<InstanceId, Last>> last = new HashMap<>();

    Shown(String name, Clockwork clock) {
        this.name = name;
        this.clock = clock;
    }

    void show(NamespaceName namespace, List<Entry> changed) {
        var entries = namespaces.computeIfAbsent(namespace, key -> new HashMap<>());
        for (var entry : changed) {
            check(namespace, entry);
            entries.put(entry.id(), entry);
        }
    }

    void showAll(NamespaceName namespace, List<Entry> all) {
        var entries = new HashMap<InstanceId, Entry>();
        for (var entry : all) {
            check(namespace, entry);
            entries.put(entry.id(), entry);
        }
        namespaces.put(namespace, entries);
    }

    private void check(NamespaceName namespace, Entry entry) {
        if (!entry.namespace().equals(namespace)) {
            throw new Broken("no namespace shows another's", name + " shows " + entry + " in " + namespace);
        }
        var known = last.computeIfAbsent(namespace, key -> new HashMap<>());
        var before = known.get(entry.id());
        if (before == null || !before.entry().equals(entry)) {
            // What is shown again is not remembered for longer: it is forgotten a time after it went.
            known.put(entry.id(), new Last(entry, clock.nowMs()));
        }
        if (before == null || clock.nowMs() - before.atMs() > REMEMBERED_MS) {
            return;
        }
        int byEpoch = entry.epoch().compareTo(before.entry().epoch());
        if (byEpoch < 0) {
            throw new Broken("no epoch comes back", name + " shows " + entry + " after " + before.entry());
        }
        if (byEpoch == 0 && entry.isAlive() && !before.entry().isAlive()) {
            throw new Broken("what is gone stays gone", name + " shows " + entry + " after " + before.entry());
        }
    }

    Map<InstanceId, Entry> entries(NamespaceName namespace) {
        return namespaces.getOrDefault(namespace, Map.of());
    }

    void forget(NamespaceName namespace) {
        namespaces.remove(namespace);
        last.remove(namespace);
    }

    void reset() {
        namespaces.clear();
        last.clear();
    }
}
