package pikachu.core.simulation;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Time, chance and what happens next. Nothing in a simulation knows any other clock or chance. */
final class Clockwork {
    private static final int REMEMBERED = 50;

    private record Due(long atUs, long order, Runnable action) {}

    private final PriorityQueue<Due> queue = new PriorityQueue<>(
            (a, b) -> a.atUs() != b.atUs() ? Long.compare(a.atUs(), b.atUs()) : Long.compare(a.order(), b.order()));
    private final ArrayDeque<String> trace = new ArrayDeque<>();
    private final RandomGenerator random;
    private final boolean isVerbose;
    private final java.io.PrintStream out;
    private long nowUs = 1_000_000_000L;
    private long lastOrder;
    private long steps;

    Clockwork(long seed, boolean isVerbose, java.io.PrintStream out) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.isVerbose = isVerbose;
        this.out = out;
    }

    /** Another source of chance, for one node, so that one node's draws do not disturb another's. */
    RandomGenerator split() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
    }

    long nowUs() {
        return nowUs;
    }

    long nowMs() {
        return nowUs / 1000;
    }

    RandomGenerator random() {
        return random;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Between both, inclusive. */
    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    void afterUs(long delayUs, Runnable action) {
        queue.add(new Due(nowUs + Math.max(0, delayUs), ++lastOrder, action));
    }

    void afterMs(long delayMs, Runnable action) {
        afterUs(delayMs * 1000, action);
    }

    /** Lets the next thing happen; false when it lies after {@code untilMs}. */
    boolean next(long untilMs) {
        var due = queue.peek();
        if (due == null || due.atUs() > untilMs * 1000) {
            nowUs = Math.max(nowUs, untilMs * 1000);
            return false;
        }
        queue.remove();
        nowUs = due.atUs();
        steps++;
        due.action().run();
        return true;
    }

    /** Remembers what happened, for the report of a failure. */
    void note(String who, Object what) {
        String line = null;
        if (isVerbose) {
            line = line(who, what);
            out.println(line);
        }
        trace.add(line == null ? nowUs / 1000.0 + " " + who + " " + shortened(what) : line);
        if (trace.size() > REMEMBERED) {
            trace.remove();
        }
    }

    private String line(String who, Object what) {
        return nowUs / 1000.0 + " " + who + " " + shortened(what);
    }

    private static String shortened(Object what) {
        String text = what.toString();
        return text.length() > 400 ? text.substring(0, 400) + "..." : text;
    }

    ArrayDeque<String> trace() {
        return trace;
    }

    long steps() {
        return steps;
    }
}
