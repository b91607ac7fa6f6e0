package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pikachu.core.instances.Entry;
import pikachu.core.names.NamespaceName;

/** Who wants to see each change of a namespace; shown once a step. */
final class Watches {
    private final Map<Long, NamespaceName> watched = new HashMap<>();
    private final Map<NamespaceName, Set<Long>> watchers = new HashMap<>();
    private final Map<Long, List<Entry>> changes = new LinkedHashMap<>();

    void add(long watch, NamespaceName namespace, List<Entry> entries) {
        watched.put(watch, namespace);
        watchers.computeIfAbsent(namespace, name -> new HashSet<>()).add(watch);
        changes.put(watch, new ArrayList<>(entries));
    }

    void remove(long watch) {
        var namespace = watched.remove(watch);
        changes.remove(watch);
        if (namespace != null) {
            watchers.computeIfPresent(namespace, (name, all) -> {
                all.remove(watch);
                return all.isEmpty() ? null : all;
            });
        }
    }

    void changed(Entry entry) {
        var interested = watchers.get(entry.namespace());
        if (interested != null) {
            interested.forEach(watch ->
                    changes.computeIfAbsent(watch, key -> new ArrayList<>()).add(entry));
        }
    }

    void show(List<ControllerEffect> effects) {
        if (!changes.isEmpty()) {
            changes.forEach((watch, entries) -> effects.add(new ControllerEffect.Show(watch, entries)));
            changes.clear();
        }
    }
}
