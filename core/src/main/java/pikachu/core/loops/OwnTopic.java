package pikachu.core.loops;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What of the invoker's own topic needs no redelivery, and what does yet. */
final class OwnTopic {
    private static final long MARK_KEPT_MS = 500;

    private record Mark(long position, long untilMs) {}

    private final List<InvokerEffect> effects;
    /** Orders that are settled once the bus has what became of them. */
    private final Set<Long> held = new HashSet<>();

    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    OwnTopic(List<InvokerEffect> effects) {
        this.effects = effects;
    }

    void settle(long position) {
        effects.add(new InvokerEffect.Settle(position));
    }

    /** The order came again although it has ended: unless its end is still to be told, it is settled. */
    void settleAgain(long position) {
        if (!held.contains(position)) {
            settle(position);
        }
    }

    /** Not before what became of these orders is on the bus. */
    void hold(List<Long> positions) {
        held.addAll(positions);
    }

    /** What became of these orders is on the bus. */
    void release(List<Long> positions) {
        positions.forEach(this::settle);
        positions.forEach(held::remove);
    }

    /** A controller that sweeps this topic looks for its request as a mark; it shall find it. */
    void settleLater(long position, long nowMs) {
        marks.add(new Mark(position, nowMs + MARK_KEPT_MS));
    }

    void tick(long nowMs) {
        while (!marks.isEmpty() && marks.peek().untilMs() <= nowMs) {
            settle(marks.remove().position());
        }
    }
}
