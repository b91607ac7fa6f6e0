package pikachu.containers.process;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import pikachu.containers.host.Slice;
import pikachu.core.names.NamespaceName;

/**
 * Gives each namespace a group number within the slice, so that its instances share files with one another and nobody
 * else. A number goes to another namespace only when all were given and it has been without containers longest.
 */
final class NamespaceGroups {
    /** Guards all below. */
    private final ReentrantLock lock = new ReentrantLock();

    /** In the order of last use. */
    private final Map<NamespaceName, Group> groups = new LinkedHashMap<>();

    private record Group(int number, int containers) {}

    int enter(NamespaceName namespace) {
        lock.lock();
        try {
            var known = groups.remove(namespace);
            var group = known == null ? new Group(next(), 1) : new Group(known.number(), known.containers() + 1);
            groups.put(namespace, group);
            return group.number();
        } finally {
            lock.unlock();
        }
    }

    /** There are as many numbers as containers, so one of a namespace without any is always there. */
    private int next() {
        if (groups.size() < Slice.CONTAINERS) {
            return groups.size();
        }
        var idle = groups.entrySet().stream()
                .filter(entry -> entry.getValue().containers() == 0)
                .findFirst()
                .orElseThrow();
        groups.remove(idle.getKey());
        return idle.getValue().number();
    }

    void leave(NamespaceName namespace) {
        lock.lock();
        try {
            var group = groups.remove(namespace);
            if (group != null) {
                groups.put(namespace, new Group(group.number(), group.containers() - 1));
            }
        } finally {
            lock.unlock();
        }
    }
}
