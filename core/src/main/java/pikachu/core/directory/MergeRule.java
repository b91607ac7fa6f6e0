package pikachu.core.directory;

import pikachu.core.instances.Change;

/** Which of two changes for one ID counts; {@link Change} says why this makes order and repetition harmless. */
@FunctionalInterface
public interface MergeRule {
    /** Larger epoch; within an epoch GONE is final; else larger sequence. */
    MergeRule NEWEST = (candidate, held) -> {
        int byEpoch = candidate.entry().epoch().compareTo(held.entry().epoch());
        if (byEpoch != 0) {
            return byEpoch > 0;
        }
        if (!held.entry().isAlive()) {
            return false;
        }
        return !candidate.entry().isAlive()
                || !candidate.incarnation().equals(held.incarnation())
                || candidate.sequence() > held.sequence();
    };

    /** Whether {@code candidate} takes the place of {@code held}. */
    boolean replaces(Change candidate, Change held);
}
