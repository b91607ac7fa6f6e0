package pikachu.server.entities;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import pikachu.core.names.ActionName;
import pikachu.core.names.EntityName;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;

/**
 * Actions in the store. Long code is an attachment under a name of its own for each write, so a reader that holds an
 * older document never gets newer code; it finds none and reads the document again.
 */
public final class ActionStore {
    /** Labels actions among the entities of a namespace. */
    private static final String LABEL = "actions";

    private final Store store;

    public ActionStore(Store store) {
        this.store = store;
    }

    /** @throws MalformedJson if the document cannot be read */
    public Optional<StoredAction> find(ActionName name) {
        return store.get(key(name)).map(document -> read(name, document));
    }

    /** The code as text (base64 when it is binary), UTF-8; absent if it was replaced or deleted meanwhile. */
    public Optional<byte[]> code(Action action) {
        return switch (action.exec().code()) {
            case Code.Inline inline -> Optional.of(inline.utf8());
            case Code.Attached attached -> store.attachment(key(action.name()), attached.name());
        };
    }

    /** @throws pikachu.core.store.RevisionConflict if the action exists */
    public StoredAction create(Action action) {
        return withCode(
                action,
                small -> new StoredAction(small, store.create(document(small)).revision()));
    }

    /** @throws pikachu.core.store.RevisionConflict if somebody else changed the action since it was read */
    public StoredAction replace(StoredAction old, Action action) {
        var written = withCode(
                action,
                small -> new StoredAction(
                        small, store.replace(document(small), old.revision()).revision()));
        if (old.action().exec().code() instanceof Code.Attached gone
                && !gone.equals(written.action().exec().code())) {
            store.deleteAttachment(key(action.name()), gone.name());
        }
        return written;
    }

    /** @throws pikachu.core.store.RevisionConflict if somebody else changed the action since it was read */
    public void delete(StoredAction old) {
        store.delete(key(old.action().name()), old.revision());
    }

    /** Newest first. */
    public List<Action> list(NamespaceName namespace, int skip, int limit) {
        return store.list(query(namespace, skip, limit)).stream()
                .map(document -> read(nameOf(document.key()), document).action())
                .toList();
    }

    public long count(NamespaceName namespace, int skip) {
        return store.count(query(namespace, skip, Integer.MAX_VALUE));
    }

    /** Long code is there before the document that names it; if that cannot be written, it is taken away again. */
    private StoredAction withCode(Action action, UnaryWriter writer) {
        if (!(action.exec().code() instanceof Code.Inline inline) || inline.utf8().length <= Code.MAX_INLINE) {
            return writer.write(action);
        }
        var attached = new Code.Attached("code-" + UUID.randomUUID(), inline.utf8().length);
        store.attach(key(action.name()), attached.name(), inline.utf8());
        try {
            return writer.write(action.withCode(attached));
        } catch (RuntimeException e) {
            try {
                store.deleteAttachment(key(action.name()), attached.name());
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private interface UnaryWriter {
        StoredAction write(Action small);
    }

    private static ListQuery query(NamespaceName namespace, int skip, int limit) {
        return new ListQuery(Collection.ENTITIES, namespace, Optional.of(LABEL), 0, Long.MAX_VALUE, skip, limit);
    }

    private static NewDocument document(Action action) {
        return new NewDocument(key(action.name()), action.updatedMs(), LABEL, ActionJson.stored(action));
    }

    private static StoredAction read(ActionName name, Document document) {
        return new StoredAction(ActionJson.read(name, document.body()), document.revision());
    }

    private static ActionName nameOf(DocumentKey key) {
        return new ActionName(key.namespace(), new EntityName(key.id()));
    }

    private static DocumentKey key(ActionName name) {
        return new DocumentKey(
                Collection.ENTITIES, name.namespace(), name.name().value());
    }
}
