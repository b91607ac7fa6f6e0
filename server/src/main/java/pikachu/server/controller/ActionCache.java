package pikachu.server.controller;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import pikachu.core.names.ActionName;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.StoredAction;

/**
 * Actions as last read, so that an invocation costs no look-up. Own writes take effect at once; those of another
 * controller after {@code believedMs}, when the document is read again.
 */
public final class ActionCache {
    private static final int MAX_CACHED = 10_000;

    private final ActionStore store;
    private final InstantSource clock;
    private final long believedMs;
    private final ConcurrentHashMap<ActionName, Cached> cache = new ConcurrentHashMap<>();
    /** Grows with each own write; what was read while it grew is not kept. */
    private final AtomicLong writes = new AtomicLong();

    private record Cached(StoredAction action, long readMs) {}

    public ActionCache(ActionStore store, InstantSource clock, long believedMs) {
        this.store = store;
        this.clock = clock;
        this.believedMs = believedMs;
    }

    /** @throws pikachu.server.entities.MalformedJson if the document cannot be read */
    public Optional<StoredAction> find(ActionName name) {
        long now = clock.millis();
        var cached = cache.get(name);
        if (cached != null && now - cached.readMs < believedMs && now >= cached.readMs) {
            return Optional.of(cached.action);
        }
        return read(name, now);
    }

    /** To be called after each own write, successful or not. */
    void written(ActionName name) {
        writes.incrementAndGet();
        cache.remove(name);
    }

    private Optional<StoredAction> read(ActionName name, long now) {
        long before = writes.get();
        var found = store.find(name);
        if (found.isEmpty()) {
            cache.remove(name);
            return found;
        }
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        var read = new Cached(found.get(), now);
        cache.put(name, read);
        if (writes.get() != before) {
            cache.remove(name, read);
        }
        return found;
    }
}
