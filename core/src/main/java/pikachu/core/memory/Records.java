package pikachu.core.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pikachu.core.bus.Delivery;

/**
 * The visible records of one partition by position. Records leave in any order: an activation that runs for an hour keeps
 * its record while millions come and go behind it. So this is a sorted array with holes that is packed when half of it
 * is holes.
 */
final class Records {
    private static final int SMALLEST = 16;

    /** @param number in the journal, or {@link Publication#UNNUMBERED} */
    record Entry(Delivery delivery, long number) {
        long bytes() {
            return PartitionLog.bytes(delivery.value());
        }
    }

    private long[] positions = new long[SMALLEST];
    private @Nullable Entry[] entries = new @Nullable Entry[SMALLEST];
    private int from;
    private int to;
    private int size;

    void add(Entry entry) {
        if (to == entries.length) {
            pack();
        }
        positions[to] = entry.delivery().position();
        entries[to++] = entry;
        size++;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The position of the oldest record; asked only when there is one. */
    long first() {
        return positions[from];
    }

    /** The record at this position, which is then no longer here; null if it was not here. */
    @Nullable
    Entry remove(long position) {
        var index = Arrays.binarySearch(positions, from, to, position);
        var entry = index < 0 ? null : entries[index];
        if (entry != null) {
            entries[index] = null;
            size--;
            skipHoles();
        }
        return entry;
    }

    @Nullable
    Entry removeFirst() {
        return size == 0 ? null : remove(positions[from]);
    }

    /** Up to {@code max} records from this position on. */
    List<Delivery> from(long position, int max) {
        if (size == 0 || max <= 0 || positions[to - 1] < position) {
            return List.of();
        }
        var found = new ArrayList<Delivery>(Math.min(max, size));
        for (var i = indexFrom(position); i < to && found.size() < max; i++) {
            var entry = entries[i];
            if (entry != null) {
                found.add(entry.delivery());
            }
        }
        return found;
    }

    private int indexFrom(long position) {
        var index = Arrays.binarySearch(positions, from, to, position);
        return index < 0 ? -index - 1 : index;
    }

    private void skipHoles() {
        if (size == 0) {
            from = 0;
            to = 0;
            return;
        }
        while (entries[from] == null) {
            from++;
        }
        while (entries[to - 1] == null) {
            to--;
        }
    }

    /** Makes room: closes the holes, in a larger array if more than half of it is in use. */
    private void pack() {
        var capacity = size > entries.length / 2 ? entries.length * 2 : Math.max(SMALLEST, entries.length / 2);
        capacity = Math.max(capacity, size + SMALLEST);
        var packedPositions = new long[capacity];
        var packed = new @Nullable Entry[capacity];
        var next = 0;
        for (var i = from; i < to; i++) {
            if (entries[i] != null) {
                packedPositions[next] = positions[i];
                packed[next++] = entries[i];
            }
        }
        positions = packedPositions;
        entries = packed;
        from = 0;
        to = next;
    }
}
