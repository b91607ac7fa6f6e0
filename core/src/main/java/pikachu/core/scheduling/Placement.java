package pikachu.core.scheduling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import pikachu.core.names.ActionName;
import pikachu.core.names.InvokerId;

/**
 * Which invoker runs an activation, by OpenWhisk's sharding: each action has a home invoker and steps on from there by a
 * number that has no common divisor with the count of invokers, so that it meets all of them, until one has room; so an
 * action's warm containers gather in few places, and two actions that share a home part ways.
 *
 * <p>Owned by the controller's loop. Each controller has its share of each invoker's memory for itself, so controllers
 * need not agree. When no share has room the activation goes to a random usable invoker and queues there.
 */
public final class Placement {
    private static final class Slots {
        final InvokerId invoker;
        int memoryMb;
        int takenMb;
        boolean isUsable;

        Slots(InvokerId invoker) {
            this.invoker = invoker;
        }
    }

    private static final int MOST_STEPS = 100;

    private final RandomGenerator random;
    private final Map<InvokerId, Slots> byInvoker = new HashMap<>();
    private final List<Slots> ring = new ArrayList<>();
    private int[] steps = {};
    private boolean isRingOld;
    private int usable;
    private int controllers = 1;

    public Placement(RandomGenerator random) {
        this.random = random;
    }

    /** Among how many controllers the invokers' memory is shared out. */
    public void share(int liveControllers) {
        controllers = Math.max(1, liveControllers);
    }

    /** An invoker says how much memory it has, or comes to be (or no longer to be) usable. */
    public void update(InvokerId invoker, int memoryMb, boolean isUsable) {
        var slots = byInvoker.get(invoker);
        if (slots == null) {
            slots = new Slots(invoker);
            byInvoker.put(invoker, slots);
            ring.add(slots);
            isRingOld = true;
        }
        slots.memoryMb = memoryMb;
        if (slots.isUsable != isUsable) {
            slots.isUsable = isUsable;
            usable += isUsable ? 1 : -1;
        }
    }

    /** The invoker takes no new work; what it has keeps its place. */
    public void exclude(InvokerId invoker) {
        var slots = byInvoker.get(invoker);
        if (slots != null) {
            update(invoker, slots.memoryMb, false);
        }
    }

    /**
     * Takes a place for an activation.
     *
     * @return empty when no invoker is usable
     */
    public Optional<InvokerId> take(ActionName action, int memoryMb) {
        if (usable == 0) {
            return Optional.empty();
        }
        if (isRingOld) {
            // Not at each arrival, or many invokers that come together would cost their number squared.
            isRingOld = false;
            ring.sort(Comparator.comparing(slots -> slots.invoker));
            steps = coprimes(ring.size());
        }
        int hash = action.namespace().value().hashCode() ^ action.name().value().hashCode();
        int size = ring.size();
        int step = steps[Math.floorMod(hash, steps.length)];
        int index = Math.floorMod(hash, size);
        for (int i = 0; i < size; i++) {
            var slots = ring.get(index);
            if (slots.isUsable && slots.takenMb + memoryMb <= slots.memoryMb / controllers) {
                return Optional.of(occupy(slots, memoryMb));
            }
            index = (index + step) % size;
        }
        return Optional.of(occupy(anyUsable(), memoryMb));
    }

    private InvokerId occupy(Slots slots, int memoryMb) {
        slots.takenMb += memoryMb;
        return slots.invoker;
    }

    private Slots anyUsable() {
        int start = random.nextInt(ring.size());
        for (int i = 0; i < ring.size(); i++) {
            var slots = ring.get((start + i) % ring.size());
            if (slots.isUsable) {
                return slots;
            }
        }
        throw new IllegalStateException(
                "None of " + ring.size() + " invokers is usable although " + usable + " are counted as usable");
    }

    /** Takes a place on a given invoker, of which perhaps nothing has been heard yet. */
    public void takeAt(InvokerId invoker, int memoryMb) {
        var slots = byInvoker.get(invoker);
        if (slots == null) {
            update(invoker, 0, false);
            slots = byInvoker.get(invoker);
        }
        if (slots != null) {
            slots.takenMb += memoryMb;
        }
    }

    /** Gives a place back. */
    public void release(InvokerId invoker, int memoryMb) {
        var slots = byInvoker.get(invoker);
        if (slots != null) {
            slots.takenMb -= memoryMb;
        }
    }

    public int takenMb(InvokerId invoker) {
        var slots = byInvoker.get(invoker);
        return slots == null ? 0 : slots.takenMb;
    }

    /** Steps for a ring of {@code size}: 1, and greater ones without a common divisor with it or with one another. */
    static int[] coprimes(int size) {
        var found = new int[Math.min(size, MOST_STEPS)];
        int count = 0;
        for (int candidate = 1; candidate <= size && count < found.length; candidate++) {
            boolean isCoprime = gcd(candidate, size) == 1;
            for (int i = 0; i < count && isCoprime; i++) {
                isCoprime = gcd(candidate, found[i]) == 1;
            }
            if (isCoprime) {
                found[count++] = candidate;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
