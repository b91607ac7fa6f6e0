package pikachu.server.controller;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.loops.ControllerEffect.CreatePlacement;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

/**
 * What a controller decides in the store for activations whose invoker or controller was lost: where one is placed again,
 * and that it has ended. Whoever writes first decides for all; while the store is away it is tried again.
 */
public final class Decisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    private static final long RETRY_MS = 200;
    private static final long SWEEP_MS = TimeUnit.MINUTES.toMillis(10);

    private final Store store;
    private final Placements placements;
    private final Function<ActivationRecord, NewDocument> recordForm;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Consumer<ControllerEvent> events = event -> {};

    /** @param clock milliseconds since 1970 */
    public Decisions(Store store, Function<ActivationRecord, NewDocument> recordForm, LongSupplier clock) {
        this.store = store;
        this.placements = new Placements(store, clock);
        this.recordForm = recordForm;
    }

    /** Before anything else: where to tell what became of it. */
    void start(Consumer<ControllerEvent> toLoop) {
        events = toLoop;
        Thread.ofVirtual().name("placements-sweep").start(this::sweep);
    }

    void place(CreatePlacement placement) {
        persist("placement of " + placement.activation(), () -> events.accept(placements.create(placement)));
    }

    void record(ActivationRecord record) {
        persist("record of " + record.activation().id(), () -> {
            store.createAll(List.of(recordForm.apply(record)));
            events.accept(new ControllerEvent.RecordCreated(record.activation().id()));
        });
    }

    void find(NamespaceName namespace, ActivationId activation) {
        persist("search for the record of " + activation, () -> {
            if (placements.isRecorded(namespace, activation.value())) {
                events.accept(new ControllerEvent.RecordCreated(activation));
            }
        });
    }

    private void sweep() {
        do {
            try {
                var deleted = placements.sweep();
                if (deleted > 0) {
                    LOG.info("event=placements_deleted count={}", deleted);
                }
            } catch (RuntimeException e) {
                LOG.warn("event=placements_not_swept reason=\"{}\"", e.getMessage());
            }
        } while (!isClosedWithin(SWEEP_MS));
    }

    private void persist(String what, Runnable attempt) {
        Thread.ofVirtual().start(() -> {
            var isAway = false;
            do {
                try {
                    attempt.run();
                    return;
                } catch (StoreUnavailable e) {
                    if (!isAway) {
                        LOG.warn("event=store_lost what=\"{}\" reason=\"{}\"", what, e.getMessage());
                        isAway = true;
                    }
                }
            } while (!isClosedWithin(RETRY_MS));
        });
    }

    private boolean isClosedWithin(long milliseconds) {
        try {
            return closed.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
