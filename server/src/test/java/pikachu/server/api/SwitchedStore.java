package pikachu.server.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import pikachu.core.memory.InMemoryStore;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.Journal;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

/** The store in memory with a switch that takes it away, and a look at its attachments. */
final class SwitchedStore implements Store {
    private final InMemoryStore store = new InMemoryStore();
    private final Set<Attachment> attached = ConcurrentHashMap.newKeySet();
    private volatile boolean isAway;
    private volatile Runnable beforeReplace = () -> {};

    private record Attachment(DocumentKey key, String name) {}

    void away(boolean away) {
        isAway = away;
    }

    /** Somebody else's doing, once, just before the next replacement. */
    void beforeReplace(Runnable once) {
        beforeReplace = once;
    }

    long attachmentCount() {
        return attached.stream()
                .filter(each -> store.attachment(each.key(), each.name()).isPresent())
                .count();
    }

    private Store present() {
        if (isAway) {
            throw new StoreUnavailable("The store is away.", new IllegalStateException("switched off"));
        }
        return store;
    }

    @Override
    public Optional<Document> get(DocumentKey key) {
        return present().get(key);
    }

    @Override
    public Document create(NewDocument document) {
        return present().create(document);
    }

    @Override
    public Document replace(NewDocument document, long expected) {
        var before = beforeReplace;
        beforeReplace = () -> {};
        before.run();
        return present().replace(document, expected);
    }

    @Override
    public List<Boolean> createAll(List<NewDocument> documents) {
        return present().createAll(documents);
    }

    @Override
    public void delete(DocumentKey key, long expected) {
        present().delete(key, expected);
    }

    @Override
    public List<Document> list(ListQuery query) {
        return present().list(query);
    }

    @Override
    public long count(ListQuery query) {
        return present().count(query);
    }

    @Override
    public void attach(DocumentKey key, String name, byte[] bytes) {
        attached.add(new Attachment(key, name));
        present().attach(key, name, bytes);
    }

    @Override
    public Optional<byte[]> attachment(DocumentKey key, String name) {
        return present().attachment(key, name);
    }

    @Override
    public void deleteAttachment(DocumentKey key, String name) {
        present().deleteAttachment(key, name);
    }

    @Override
    public Journal journal() {
        return store.journal();
    }

    @Override
    public void close() {
        store.close();
    }
}
