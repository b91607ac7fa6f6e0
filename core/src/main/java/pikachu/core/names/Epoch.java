package pikachu.core.names;

/**
 * A number that grows each time an instance ID is used anew, so that a message for a dead instance never reaches its
 * successor. Unsigned: for a claimed ID the bus's generation in the upper 24 bits and the claim's position in the lower
 * 40; for an ID that equals the activation ID, the number of the attempt to start it. No clock takes part.
 */
public record Epoch(long value) implements Comparable<Epoch> {
    private static final int POSITION_BITS = 40;

    public static Epoch ofClaim(long generation, long position) {
        if (generation < 1 || generation >= 1L << 24 || position < 0 || position >= 1L << POSITION_BITS) {
            throw new IllegalArgumentException("No epoch for generation " + generation + ", position " + position
                    + ": they have 24 and 40 bits, and generations begin at 1.");
        }
        return new Epoch(generation << POSITION_BITS | position);
    }

    public static Epoch parse(String decimal) {
        try {
            return new Epoch(Long.parseUnsignedLong(decimal));
        } catch (NumberFormatException e) {
            throw new InvalidName("An epoch is an unsigned 64-bit number in decimal.");
        }
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compareUnsigned(value, other.value);
    }

    /** Decimal; in JSON always a string, since it does not fit a double. */
    @Override
    public String toString() {
        return Long.toUnsignedString(value);
    }
}
