package pikachu.server.api;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.Journal;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

/** Documents in a map, and a switch that makes every call fail. */
final class TinyStore implements Store {
    /** Guards all fields. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<DocumentKey, Document> documents = new HashMap<>();
    private final Map<DocumentKey, Map<String, byte[]>> attachments = new HashMap<>();
    private long revision;
    private volatile boolean isAway;

    void away(boolean away) {
        isAway = away;
    }

    private <T> T locked(Supplier<T> body) {
        if (isAway) {
            throw new StoreUnavailable("The store is away.", new IllegalStateException("switched off"));
        }
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private Document put(NewDocument d) {
        var document = new Document(d.key(), ++revision, d.time(), d.label(), d.body());
        documents.put(d.key(), document);
        return document;
    }

    private void require(DocumentKey key, long expected) {
        var present = documents.get(key);
        if (present == null || present.revision() != expected) {
            throw new RevisionConflict(key);
        }
    }

    @Override
    public Optional<Document> get(DocumentKey key) {
        return locked(() -> Optional.ofNullable(documents.get(key)));
    }

    @Override
    public Document create(NewDocument document) {
        return locked(() -> {
            if (documents.containsKey(document.key())) {
                throw new RevisionConflict(document.key());
            }
            return put(document);
        });
    }

    @Override
    public Document replace(NewDocument document, long expected) {
        return locked(() -> {
            require(document.key(), expected);
            return put(document);
        });
    }

    @Override
    public List<Boolean> createAll(List<NewDocument> all) {
        return locked(() -> all.stream()
                .map(each -> {
                    if (documents.containsKey(each.key())) {
                        return false;
                    }
                    put(each);
                    return true;
                })
                .toList());
    }

    @Override
    public void delete(DocumentKey key, long expected) {
        locked(() -> {
            require(key, expected);
            documents.remove(key);
            return attachments.remove(key);
        });
    }

    private Stream<Document> matching(ListQuery q) {
        return documents.values().stream()
                .filter(d -> d.key().collection() == q.collection()
                        && d.key().namespace().equals(q.namespace())
                        && q.label().map(d.label()::equals).orElse(true)
                        && d.time() >= q.since()
                        && d.time() <= q.upto())
                .sorted(Comparator.comparingLong(Document::time)
                        .thenComparing(d -> d.key().id())
                        .reversed())
                .skip(q.skip())
                .limit(q.limit());
    }

    @Override
    public List<Document> list(ListQuery query) {
        return locked(() -> matching(query).toList());
    }

    @Override
    public long count(ListQuery query) {
        return locked(() -> matching(query).count());
    }

    @Override
    public void attach(DocumentKey key, String name, byte[] bytes) {
        locked(() -> attachments.computeIfAbsent(key, k -> new TreeMap<>()).put(name, bytes));
    }

    @Override
    public Optional<byte[]> attachment(DocumentKey key, String name) {
        return locked(() ->
                Optional.ofNullable(attachments.getOrDefault(key, Map.of()).get(name)));
    }

    @Override
    public void deleteAttachment(DocumentKey key, String name) {
        locked(() -> attachments.getOrDefault(key, new HashMap<>()).remove(name));
    }

    int attachmentCount() {
        return locked(() -> attachments.values().stream().mapToInt(Map::size).sum());
    }

    @Override
    public Journal journal() {
        throw new UnsupportedOperationException("Nothing here keeps a journal.");
    }

    @Override
    public void close() {}
}
