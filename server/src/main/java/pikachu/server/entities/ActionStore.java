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
import pikachu.core.store.StoreUnavailable;

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
        return withCode(action, (small, large) -> {
            var written = store.create(document(small));
            large.ifPresent(utf8 -> attachOrUndo(small, written, utf8));
            return new StoredAction(small, written.revision());
        });
    }

    /** @throws pikachu.core.store.RevisionConflict if somebody else changed the action since it was read */
    public StoredAction replace(StoredAction old, Action action) {
        return withCode(action, (small, large) -> {
            large.ifPresent(utf8 -> store.attach(key(small.name()), attachmentOf(small), utf8));
            var written = store.replace(document(small), old.revision());
            if (old.action().exec().code() instanceof Code.Attached gone
                    && !gone.equals(small.exec().code())) {
                store.deleteAttachment(key(small.name()), gone.name());
            }
            return new StoredAction(small, written.revision());
        });
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

    private interface Writer {
        StoredAction write(Action small, Optional<byte[]> large);
    }

    private static StoredAction withCode(Action action, Writer writer) {
        if (action.exec().code() instanceof Code.Inline inline && inline.utf8().length > Code.MAX_INLINE) {
            var attached = new Code.Attached("code-" + UUID.randomUUID(), inline.utf8().length);
            var exec = new Exec(
                    action.exec().kind(), action.exec().main(), action.exec().isBinary(), attached);
            var small = new Action(
                    action.name(),
                    action.version(),
                    exec,
                    action.parameters(),
                    action.annotations(),
                    action.limits(),
                    action.publish(),
                    action.updatedMs());
            return writer.write(small, Optional.of(inline.utf8()));
        }
        return writer.write(action, Optional.empty());
    }

    private void attachOrUndo(Action action, Document written, byte[] utf8) {
        try {
            store.attach(key(action.name()), attachmentOf(action), utf8);
        } catch (StoreUnavailable e) {
            try {
                store.delete(written.key(), written.revision());
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static String attachmentOf(Action action) {
        if (action.exec().code() instanceof Code.Attached attached) {
            return attached.name();
        }
        throw new IllegalStateException("The code of " + action.name() + " is no attachment.");
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
