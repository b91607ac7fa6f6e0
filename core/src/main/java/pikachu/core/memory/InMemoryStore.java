package pikachu.core.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;

/** The store for tests and the simulation. Nothing survives the process; a listing looks at the whole namespace. */
public final class InMemoryStore implements Store {
    private static final Comparator<Document> NEWEST_FIRST = Comparator.comparingLong(Document::time)
            .thenComparing(document -> document.key().id())
            .reversed();

    private record Shelf(Collection collection, NamespaceName namespace) {}

    private final InMemoryJournal journal;
    private final ReentrantLock lock = new ReentrantLock(); // guards the fields below
    private final Map<Shelf, Map<String, Document>> shelves = new HashMap<>();
    private final Map<DocumentKey, Map<String, byte[]>> attachments = new HashMap<>();
    private long revision;

    /** A store whose journal writes everything at once. */
    public InMemoryStore() {
        this(new InMemoryJournal(true));
    }

    private InMemoryStore(InMemoryJournal journal) {
        this.journal = journal;
    }

    /** A store whose journal writes nothing before {@link InMemoryJournal#flush}. */
    public static InMemoryStore flushedByHand() {
        return new InMemoryStore(new InMemoryJournal(false));
    }

    @Override
    public Optional<Document> get(DocumentKey key) {
        lock.lock();
        try {
            return Optional.ofNullable(shelf(key).get(key.id()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Document create(NewDocument document) {
        lock.lock();
        try {
            if (shelf(document.key()).containsKey(document.key().id())) {
                throw new RevisionConflict(document.key());
            }
            return put(document);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Document replace(NewDocument document, long expected) {
        lock.lock();
        try {
            check(document.key(), expected);
            return put(document);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Boolean> createAll(List<NewDocument> documents) {
        lock.lock();
        try {
            var created = new ArrayList<Boolean>(documents.size());
            for (var document : documents) {
                var isNew = !shelf(document.key()).containsKey(document.key().id());
                if (isNew) {
                    put(document);
                }
                created.add(isNew);
            }
            return created;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void delete(DocumentKey key, long expected) {
        lock.lock();
        try {
            check(key, expected);
            shelf(key).remove(key.id());
            attachments.remove(key);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<Document> list(ListQuery query) {
        lock.lock();
        try {
            return page(query).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long count(ListQuery query) {
        return list(query).size();
    }

    @Override
    public void attach(DocumentKey key, String name, byte[] bytes) {
        lock.lock();
        try {
            attachments.computeIfAbsent(key, absent -> new HashMap<>()).put(name, bytes.clone());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<byte[]> attachment(DocumentKey key, String name) {
        lock.lock();
        try {
            return Optional.ofNullable(attachments.getOrDefault(key, Map.of()).get(name));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deleteAttachment(DocumentKey key, String name) {
        lock.lock();
        try {
            attachments.getOrDefault(key, new HashMap<>()).remove(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InMemoryJournal journal() {
        return journal;
    }

    @Override
    public void close() {}

    private Stream<Document> page(ListQuery query) {
        return shelf(query.collection(), query.namespace()).values().stream()
                .filter(one -> query.label().isEmpty() || query.label().get().equals(one.label()))
                .filter(one -> one.time() >= query.since() && one.time() <= query.upto())
                .sorted(NEWEST_FIRST)
                .skip(query.skip())
                .limit(query.limit());
    }

    private void check(DocumentKey key, long expected) {
        var present = shelf(key).get(key.id());
        if (present == null || present.revision() != expected) {
            throw new RevisionConflict(key);
        }
    }

    private Document put(NewDocument document) {
        var key = document.key();
        var stored = new Document(key, ++revision, document.time(), document.label(), document.body());
        shelf(key).put(key.id(), stored);
        return stored;
    }

    private Map<String, Document> shelf(DocumentKey key) {
        return shelf(key.collection(), key.namespace());
    }

    private Map<String, Document> shelf(Collection collection, NamespaceName namespace) {
        return shelves.computeIfAbsent(new Shelf(collection, namespace), absent -> new HashMap<>());
    }
}
