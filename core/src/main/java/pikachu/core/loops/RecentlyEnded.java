package pikachu.core.loops;

import java.util.LinkedHashMap;
import java.util.Map;
import pikachu.core.names.ActivationId;

/** Which attempts have ended lately, so that an order or a report that comes again is known. Bounded in time and number. */
final class RecentlyEnded {
    private static final int MOST = 100_000;
    private static final long KEPT_MS = 600_000;

    private record Attempt(int number, long atMs) {}

    private final Map<ActivationId, Attempt> attempts = new LinkedHashMap<>();

    void add(ActivationId id, int attempt, long nowMs) {
        attempts.remove(id);
        attempts.put(id, new Attempt(attempt, nowMs));
        if (attempts.size() > MOST) {
            attempts.remove(attempts.keySet().iterator().next());
        }
    }

    /** Whether this attempt or a later one has ended. */
    boolean contains(ActivationId id, int attempt) {
        var known = attempts.get(id);
        return known != null && known.number() >= attempt;
    }

    void expire(long nowMs) {
        for (var entries = attempts.entrySet().iterator(); entries.hasNext(); ) {
            if (nowMs - entries.next().getValue().atMs() < KEPT_MS) {
                return;
            }
            entries.remove();
        }
    }
}
