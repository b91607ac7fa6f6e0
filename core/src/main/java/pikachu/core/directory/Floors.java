package pikachu.core.directory;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * Under which epochs IDs have ended whose entries are not kept any more, though their time is not over: so that a late or
 * repeated message brings none of them back. There may be hundreds of thousands, so each takes 16 bytes: a hash of the
 * ID, and the epoch.
 *
 * <p>Two IDs with the same hash of 64 bits share the larger epoch, so one of them could stay unseen for a minute; among
 * 200,000 this befalls one in 10^14. Whoever looks for such IDs on purpose hides his own: each namespace has a table of
 * its own. Kept for {@code forMs} to twice that.
 */
final class Floors {
    private final long forMs;
    private Map<NamespaceName, Table> young = new HashMap<>();
    private Map<NamespaceName, Table> old = new HashMap<>();
    private long youngSinceMs = Long.MIN_VALUE / 2;

    Floors(long forMs) {
        this.forMs = forMs;
    }

    /** The ID has ended under this epoch. */
    void add(NamespaceName namespace, InstanceId id, Epoch epoch, long nowMs) {
        expire(nowMs);
        young.computeIfAbsent(namespace, name -> new Table()).raise(key(id), epoch.value());
    }

    /** Whether this epoch of the ID, or a later one, has ended. */
    boolean covers(NamespaceName namespace, InstanceId id, Epoch epoch) {
        if (young.isEmpty() && old.isEmpty()) {
            return false;
        }
        long key = key(id);
        return covers(young.get(namespace), key, epoch) || covers(old.get(namespace), key, epoch);
    }

    private static boolean covers(@Nullable Table table, long key, Epoch epoch) {
        return table != null && table.covers(key, epoch.value());
    }

    void expire(long nowMs) {
        if (nowMs - youngSinceMs < forMs) {
            return;
        }
        boolean isAllOver = nowMs - youngSinceMs >= 2 * forMs;
        old = isAllOver ? new HashMap<>() : young;
        young = new HashMap<>();
        youngSinceMs = nowMs;
    }

    void clear() {
        young.clear();
        old.clear();
    }

    private static long key(InstanceId id) {
        long hash = 0;
        var value = id.value();
        for (int i = 0; i < value.length(); i++) {
            hash = hash * 0x100000001b3L + value.charAt(i);
        }
        long key = mix(hash);
        return key == Table.FREE ? 1 : key;
    }

    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Keys and epochs by turns in one array; a key's place is the first free one from its hash on. */
    private static final class Table {
        static final long FREE = 0;
        private static final int SMALLEST = 16;

        long[] slots = new long[2 * SMALLEST];
        int size;

        boolean covers(long key, long epoch) {
            int at = place(slots, key);
            return slots[at] == key && Long.compareUnsigned(slots[at + 1], epoch) >= 0;
        }

        void raise(long key, long epoch) {
            int at = place(slots, key);
            if (slots[at] == FREE) {
                slots[at] = key;
                slots[at + 1] = epoch;
                size++;
                makeRoom();
            } else if (Long.compareUnsigned(slots[at + 1], epoch) < 0) {
                slots[at + 1] = epoch;
            }
        }

        /** The slot of the key, or the one where it would go. */
        private static int place(long[] slots, long key) {
            int at = (int) key << 1 & slots.length - 1;
            while (slots[at] != FREE && slots[at] != key) {
                at = at + 2 & slots.length - 1;
            }
            return at;
        }

        /** A quarter stays free, so that a search is short. */
        private void makeRoom() {
            if (size * 8L <= slots.length * 3L) {
                return;
            }
            var larger = new long[2 * slots.length];
            for (int from = 0; from < slots.length; from += 2) {
                if (slots[from] != FREE) {
                    int at = place(larger, slots[from]);
                    larger[at] = slots[from];
                    larger[at + 1] = slots[from + 1];
                }
            }
            slots = larger;
        }
    }
}
