package pikachu.server.controller;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import pikachu.core.loops.ControllerEffect.CreatePlacement;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.loops.ControllerEvent.PlacementCreated;
import pikachu.core.loops.ControllerEvent.RecordCreated;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where activations are placed again, in the store: one document for each attempt, whose first writer decides for all. An
 * activation that has a record is placed no more, so its documents are of no use from then on, except to a controller that
 * looked for the record just before it was there. They are deleted by the second of two sweeps that find the record; so
 * who sweeps leaves minutes between. Any number of controllers may sweep.
 */
final class Placements {
    /** An activation without a record that is older than this will not come to anything. */
    private static final long MAX_AGE_MS = TimeUnit.DAYS.toMillis(1);

    private static final int PAGE = 1_000;

    /** All in one namespace of the store, so that a sweep finds them; the label is the activation's own namespace. */
    private static final NamespaceName KEPT_IN = new NamespaceName("whisk.system");

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Store store;
    private final LongSupplier clock;

    /** Owned by whoever sweeps: placements whose activation had a record at the last sweep. */
    private Set<DocumentKey> recorded = Set.of();

    Placements(Store store, LongSupplier clock) {
        this.store = store;
        this.clock = clock;
    }

    /** What the store holds now: this placement, one that came before it, or the activation's record. */
    ControllerEvent create(CreatePlacement placement) {
        if (isRecorded(placement.namespace(), placement.activation().value())) {
            return new RecordCreated(placement.activation());
        }
        var written = write(placement);
        return new PlacementCreated(placement.activation(), placement.attempt(), target(written), author(written));
    }

    boolean isRecorded(NamespaceName namespace, String activation) {
        return store.get(new DocumentKey(Collection.ACTIVATIONS, namespace, activation))
                .isPresent();
    }

    private Document write(CreatePlacement placement) {
        var key = new DocumentKey(Collection.PLACEMENTS, KEPT_IN, placement.activation() + "/" + placement.attempt());
        var body = JSON.createObjectNode()
                .put("invoker", placement.target().invoker().number())
                .put("incarnation", placement.target().incarnation().toString())
                .put("by", placement.by().number());
        var label = placement.namespace().value();
        try {
            return store.create(new NewDocument(key, clock.getAsLong(), label, JSON.writeValueAsBytes(body)));
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

    /** Deletes what can matter no more; returns how many documents. */
    int sweep() {
        var before = recorded;
        var found = new HashSet<DocumentKey>();
        var useless = new ArrayList<Document>();
        for (var skip = 0; ; skip += PAGE) {
            var page = page(skip);
            for (var document : page) {
                if (isOld(document) || (before.contains(document.key()) && isRecorded(document))) {
                    useless.add(document);
                } else if (isRecorded(document)) {
                    found.add(document.key());
                }
            }
            if (page.size() < PAGE) {
                break;
            }
        }
        useless.forEach(this::delete);
        recorded = found;
        return useless.size();
    }

    private List<Document> page(int skip) {
        return store.list(
                new ListQuery(Collection.PLACEMENTS, KEPT_IN, Optional.empty(), 0, Long.MAX_VALUE, skip, PAGE));
    }

    private boolean isOld(Document document) {
        return document.time() < clock.getAsLong() - MAX_AGE_MS;
    }

    private boolean isRecorded(Document document) {
        var id = document.key().id();
        return isRecorded(new NamespaceName(document.label()), id.substring(0, id.indexOf('/')));
    }

    private void delete(Document document) {
        try {
            store.delete(document.key(), document.revision());
        } catch (RevisionConflict e) {
            // another controller was first
        }
    }
}
