package pikachu.server.controller;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.loops.ControllerEffect.CreatePlacement;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a controller decides in the store for activations whose invoker or controller was lost: where one is placed again,
 * and that it has ended. Whoever writes first decides for all; while the store is away it is tried again.
 */
public final class Decisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long RETRY_MS = 200;

    private final Store store;
    private final Function<ActivationRecord, NewDocument> recordForm;
    private Consumer<ControllerEvent> events = event -> {};
    private volatile boolean isClosed;

    public Decisions(Store store, Function<ActivationRecord, NewDocument> recordForm) {
        this.store = store;
        this.recordForm = recordForm;
    }

    /** Before anything else: where to tell what became of it. */
    void start(Consumer<ControllerEvent> toLoop) {
        events = toLoop;
    }

    void place(CreatePlacement placement) {
        persist("placement of " + placement.activation(), () -> placeOnce(placement));
    }

    void record(ActivationRecord record) {
        persist("record of " + record.activation().id(), () -> {
            store.createAll(List.of(recordForm.apply(record)));
            events.accept(new ControllerEvent.RecordCreated(record.activation().id()));
        });
    }

    void find(NamespaceName namespace, ActivationId activation) {
        persist("search for the record of " + activation, () -> {
            if (isRecorded(namespace, activation)) {
                events.accept(new ControllerEvent.RecordCreated(activation));
            }
        });
    }

    private void placeOnce(CreatePlacement placement) {
        if (isRecorded(placement.namespace(), placement.activation())) {
            events.accept(new ControllerEvent.RecordCreated(placement.activation()));
            return;
        }
        var key = new DocumentKey(
                Collection.PLACEMENTS, placement.namespace(), placement.activation() + "/" + placement.attempt());
        var written = write(key, placement);
        events.accept(new ControllerEvent.PlacementCreated(
                placement.activation(), placement.attempt(), target(written), author(written)));
    }

    private boolean isRecorded(NamespaceName namespace, ActivationId activation) {
        return store.get(new DocumentKey(Collection.ACTIVATIONS, namespace, activation.value()))
                .isPresent();
    }

    private Document write(DocumentKey key, CreatePlacement placement) {
        var body = JSON.createObjectNode()
                .put("invoker", placement.target().invoker().number())
                .put("incarnation", placement.target().incarnation().toString())
                .put("by", placement.by().number());
        try {
            return store.create(new NewDocument(key, 0, "", JSON.writeValueAsBytes(body)));
        } catch (RevisionConflict e) {
            // Somebody else has decided; it never changes again.
            return store.get(key).orElseThrow(() -> new StoreUnavailable("Document " + key.id() + " vanished.", e));
        }
    }

    private static Target target(Document document) {
        var body = JSON.readTree(document.body());
        return new Target(
                new InvokerId(body.path("invoker").asInt()),
                new Incarnation(Long.parseUnsignedLong(body.path("incarnation").asString(), 16)));
    }

    private static ControllerId author(Document document) {
        return new ControllerId(JSON.readTree(document.body()).path("by").asInt());
    }

    private void persist(String what, Runnable attempt) {
        Thread.ofVirtual().start(() -> {
            var isAway = false;
            while (!isClosed) {
                try {
                    attempt.run();
                    return;
                } catch (StoreUnavailable e) {
                    if (!isAway) {
                        LOG.warn("event=store_lost what=\"{}\" reason={}", what, e.getMessage());
                        isAway = true;
                    }
                    pause();
                }
            }
        });
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosed = true;
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
