package pikachu.core.directory;

import pikachu.core.instances.Change;

/**
 * What a map looks like: how many entries are alive, and the sum of their hashes. A sum does not depend on order and can
 * be kept as entries come and go, so it costs the change and not the map.
 */
public final class Digest {
    private int live;
    private long checksum;

    public int live() {
        return live;
    }

    public long checksum() {
        return checksum;
    }

    public boolean is(int otherLive, long otherChecksum) {
        return live == otherLive && checksum == otherChecksum;
    }

    /** Takes an entry in, if it is alive. */
    void add(Change change) {
        if (change.entry().isAlive()) {
            live++;
            checksum += hash(change);
        }
    }

    /** Takes an entry out, if it is alive. */
    void remove(Change change) {
        if (change.entry().isAlive()) {
            live--;
            checksum -= hash(change);
        }
    }

    void clear() {
        live = 0;
        checksum = 0;
    }

    /** The same on every host: made of numbers and of String.hashCode, which the language specifies. */
    static long hash(Change change) {
        var entry = change.entry();
        long hash = mix(change.incarnation().value() + change.sequence());
        hash = mix(hash ^ entry.epoch().value());
        hash = mix(hash
                + pair(entry.namespace().value().hashCode(), entry.id().value().hashCode()));
        hash = mix(hash + pair(entry.address().hashCode(), entry.port()));
        hash = mix(hash + entry.state().name().hashCode());
        return entry.attributes().isPresent()
                ? mix(hash ^ entry.attributes().get().hashCode())
                : hash;
    }

    private static long pair(int upper, int lower) {
        return ((long) upper << 32) + lower;
    }

    /** SplitMix64's last step: every bit of the input moves every bit of the output. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
