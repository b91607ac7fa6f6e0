package pikachu.server.invoker;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The numbers and the memory that an invoker's containers have. A stem cell has a number, but its memory counts only until
 * an activation wants it: it is lent what nobody uses.
 */
final class Bookings {
    private final int memoryMb;
    private final int maxContainers;
    private final BitSet numbers = new BitSet();
    private final Map<Integer, Booking> bookings = new HashMap<>();

    private int takenMb;
    /** Part of what is taken: of containers that are being removed. */
    private int leavingMb;

    private int lentMb;
    private int leavingNumbers;

    Bookings(int memoryMb, int maxContainers) {
        this.memoryMb = memoryMb;
        this.maxContainers = maxContainers;
    }

    int memoryMb() {
        return memoryMb;
    }

    int takenMb() {
        return takenMb;
    }

    boolean hasMemory(int wantedMb) {
        return takenMb + wantedMb <= memoryMb;
    }

    /** Once what leaves is gone. */
    boolean willHaveMemory(int wantedMb) {
        return takenMb - leavingMb + wantedMb <= memoryMb;
    }

    boolean hasNumber() {
        return numbers.cardinality() < maxContainers;
    }

    boolean willHaveNumber() {
        return hasNumber() || leavingNumbers > 0;
    }

    /** Whether memory is there that neither an activation nor another stem cell has. */
    boolean canLend(int wantedMb) {
        return hasNumber() && takenMb + lentMb + wantedMb <= memoryMb;
    }

    /** Whether activations have taken what was lent. */
    boolean hasLentTooMuch() {
        return lentMb > 0 && takenMb + lentMb > memoryMb;
    }

    int take(int mb) {
        return book(new Booking(mb, Use.TAKEN));
    }

    int lend(int mb) {
        return book(new Booking(mb, Use.LENT));
    }

    private int book(Booking booking) {
        var number = numbers.nextClearBit(0);
        numbers.set(number);
        put(number, booking);
        return number;
    }

    /** An activation has the stem cell. */
    void takeLent(int number) {
        become(number, Use.TAKEN);
    }

    /** The container is being removed; it counts until nothing is left of it, a stem cell by its number only. */
    void leave(int number) {
        var isLent = booking(number).use() == Use.LENT;
        become(number, isLent ? Use.LENT_AND_LEAVING : Use.LEAVING);
    }

    /** Nothing is left of the container. */
    void free(int number) {
        Optional.ofNullable(bookings.remove(number)).ifPresent(booking -> count(booking, -1));
        numbers.clear(number);
    }

    /** The container could not be removed: its memory is counted no longer, its number stays taken. */
    void lose(int number) {
        become(number, Use.LOST);
    }

    private void become(int number, Use use) {
        put(number, new Booking(booking(number).mb(), use));
    }

    private Booking booking(int number) {
        return Optional.ofNullable(bookings.get(number))
                .orElseThrow(() -> new IllegalStateException("Container " + number + " has no booking."));
    }

    private void put(int number, Booking booking) {
        Optional.ofNullable(bookings.put(number, booking)).ifPresent(before -> count(before, -1));
        count(booking, 1);
    }

    private void count(Booking booking, int sign) {
        switch (booking.use()) {
            case LENT -> lentMb += sign * booking.mb();
            case TAKEN -> takenMb += sign * booking.mb();
            case LEAVING -> {
                takenMb += sign * booking.mb();
                leavingMb += sign * booking.mb();
                leavingNumbers += sign;
            }
            case LENT_AND_LEAVING -> leavingNumbers += sign;
            case LOST -> {}
        }
    }

    private enum Use {
        LENT,
        TAKEN,
        LEAVING,
        LENT_AND_LEAVING,
        LOST
    }

    private record Booking(int mb, Use use) {}
}
