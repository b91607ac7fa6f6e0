package pikachu.core.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.names.ActivationId;

/**
 * What a journal has been told and has not written yet; every journal that writes in groups has one. It decides which
 * publisher waits for the disk, lets a record and its settling cancel one another while neither is written, and after a
 * failure keeps whatever was acknowledged for the next attempt.
 *
 * <p>Any thread appends and settles; one at a time takes a batch, writes it and says how that went. The lock guards all
 * fields that are not final. Nothing is called back while it is held.
 *
 * <p>The rule about keys: once a record is on disk, or on its way, all later ones of its key wait for the disk too, and
 * go there in order, until all of them are settled on disk. So a batch that takes one record takes all those of its key.
 */
public final class JournalBuffer {
    private static final long ROW_BYTES = 128L;

    /** How soon a batch should be taken. */
    public enum Urgency {
        NONE,
        /** At the next tick of the journal's clock. */
        SOON,
        NOW
    }

    /** One transaction: records to be kept, and numbers of records to be forgotten. */
    public record Batch(List<Journal.Kept> kept, List<Long> settled) {
        public boolean isEmpty() {
            return kept.isEmpty() && settled.isEmpty();
        }
    }

    private record Entry(
            BusRecord bus, long number, long tick, boolean waits, Consumer<Optional<StoreUnavailable>> done) {
        long bytes() {
            return ROW_BYTES + bus.value().length;
        }

        @Nullable
        ActivationId key() {
            return bus.key().orElse(null);
        }
    }

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Long, Entry> fresh = new LinkedHashMap<>();
    private final LinkedHashMap<Long, Entry> writing = new LinkedHashMap<>();
    /** Records on disk with their keys. */
    private final Map<Long, Optional<ActivationId>> written = new HashMap<>();

    private final LinkedHashSet<Long> settled = new LinkedHashSet<>();
    /** How many records of a key are on disk or must get there before somebody acts on them. */
    private final Map<ActivationId, Integer> held = new HashMap<>();

    private long bytes;
    private long tick;
    /** The last batch could not be written: until one can, nobody is told that a record is safe which is not. */
    private boolean isFailing;

    /** @param limit how many bytes may wait to be written */
    public JournalBuffer(long limit) {
        this.limit = limit;
    }

    /** Tells of what is on disk already. */
    public void restore(List<Journal.Kept> kept) {
        lock.lock();
        try {
            for (var one : kept) {
                written.put(one.number(), one.bus().key());
                one.bus().key().ifPresent(this::hold);
            }
        } finally {
            lock.unlock();
        }
    }

    public Urgency append(BusRecord bus, long number, Consumer<Optional<StoreUnavailable>> done) {
        Optional<StoreUnavailable> outcome;
        lock.lock();
        try {
            var entry = new Entry(bus, number, tick, waits(bus), done);
            if (bytes + entry.bytes() <= limit) {
                bytes += entry.bytes();
                fresh.put(number, entry);
                if (entry.waits()) {
                    bus.key().ifPresent(this::hold);
                    return Urgency.NOW;
                }
                outcome = Optional.empty();
            } else {
                outcome = Optional.of(full(limit));
            }
        } finally {
            lock.unlock();
        }
        done.accept(outcome);
        return outcome.isEmpty() ? Urgency.SOON : Urgency.NONE;
    }

    private boolean waits(BusRecord bus) {
        return bus.durability() == Durability.COMMITTED
                || isFailing
                || bus.key().filter(held::containsKey).isPresent();
    }

    private static StoreUnavailable full(long limit) {
        return new StoreUnavailable("The journal is full: " + limit
                + " bytes wait for the disk. Try again later, and see why the disk is slow.");
    }

    public Urgency settle(long number) {
        Entry cancelled;
        lock.lock();
        try {
            cancelled = fresh.remove(number);
            if (cancelled != null) {
                leave(cancelled);
            } else if (written.containsKey(number) || writing.containsKey(number)) {
                settled.add(number);
                return settled.size() == 1 ? Urgency.SOON : Urgency.NONE;
            }
        } finally {
            lock.unlock();
        }
        if (cancelled != null && cancelled.waits()) {
            cancelled.done().accept(Optional.empty());
        }
        return Urgency.NONE;
    }

    /**
     * A tick of the journal's clock: what was there at the one before is now old enough to be written. So a record waits
     * for one to two ticks, and what is settled within one is never written.
     */
    public void tick() {
        lock.lock();
        try {
            tick++;
        } finally {
            lock.unlock();
        }
    }

    /** Whether something will have to be written if nothing cancels it. */
    public boolean isIdle() {
        lock.lock();
        try {
            return fresh.isEmpty() && settled.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is to be written next: what somebody waits for, what is old enough, and all records of their keys. The rest
     * is left, since it will most likely be settled before its time.
     */
    public Batch take() {
        lock.lock();
        try {
            var keys = dueKeys();
            var kept = new ArrayList<Journal.Kept>();
            for (var entry : List.copyOf(fresh.values())) {
                if (isDue(entry) || keys.contains(entry.key())) {
                    fresh.remove(entry.number());
                    writing.put(entry.number(), entry);
                    kept.add(new Journal.Kept(entry.bus(), entry.number()));
                    if (!entry.waits()) {
                        entry.bus().key().ifPresent(this::hold);
                    }
                }
            }
            var batch = new Batch(List.copyOf(kept), List.copyOf(settled));
            settled.clear();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private Set<@Nullable ActivationId> dueKeys() {
        var keys = new HashSet<@Nullable ActivationId>();
        for (var entry : fresh.values()) {
            if (entry.key() != null && isDue(entry)) {
                keys.add(entry.key());
            }
        }
        return keys;
    }

    private boolean isDue(Entry entry) {
        return entry.waits() || entry.tick() + 1 < tick;
    }

    /** The batch is on disk. Returns the acknowledgements, to be run outside all locks. */
    public Runnable written(Batch batch) {
        var waiting = new ArrayList<Entry>();
        lock.lock();
        try {
            isFailing = false;
            for (var entry : writing.values()) {
                bytes -= entry.bytes();
                written.put(entry.number(), entry.bus().key());
                if (entry.waits()) {
                    waiting.add(entry);
                }
            }
            writing.clear();
            for (var number : batch.settled()) {
                var key = written.remove(number);
                if (key != null) {
                    key.ifPresent(this::release);
                }
            }
        } finally {
            lock.unlock();
        }
        return () -> waiting.forEach(entry -> entry.done().accept(Optional.empty()));
    }

    /**
     * Nothing of the batch is on disk. Those who wait are told, what was acknowledged is kept for the next attempt.
     * Returns what tells them, to be run outside all locks.
     */
    public Runnable failed(Batch batch, StoreUnavailable why) {
        var waiting = new ArrayList<Entry>();
        lock.lock();
        try {
            isFailing = true;
            var again = new LinkedHashMap<Long, Entry>();
            for (var entry : writing.values()) {
                if (entry.waits()) {
                    leave(entry);
                    waiting.add(entry);
                } else {
                    entry.bus().key().ifPresent(this::release);
                    putBack(entry, again);
                }
            }
            writing.clear();
            settled.addAll(batch.settled());
            again.putAll(fresh);
            fresh.clear();
            fresh.putAll(again);
        } finally {
            lock.unlock();
        }
        return () -> waiting.forEach(entry -> entry.done().accept(Optional.of(why)));
    }

    private void putBack(Entry entry, Map<Long, Entry> again) {
        if (settled.remove(entry.number())) {
            bytes -= entry.bytes();
        } else {
            again.put(entry.number(), entry);
        }
    }

    private void leave(Entry entry) {
        bytes -= entry.bytes();
        if (entry.waits()) {
            entry.bus().key().ifPresent(this::release);
        }
    }

    private void hold(ActivationId key) {
        held.merge(key, 1, Integer::sum);
    }

    private void release(ActivationId key) {
        held.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }
}
