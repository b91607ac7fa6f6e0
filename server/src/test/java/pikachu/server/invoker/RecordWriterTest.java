package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.core.memory.InMemoryStore;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

final class RecordWriterTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final InMemoryStore kept = new InMemoryStore();
    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final List<Integer> batches = new CopyOnWriteArrayList<>();
    private volatile Consumer<List<NewDocument>> script = documents -> {};
    private final RecordWriter writer = new RecordWriter(scripted(), "test");

    @AfterEach
    void close() {
        writer.close();
        kept.close();
    }

    @Test
    void writesWhatWaitsInBatches() {
        add(3, 10);
        writer.start();

        awaitWritten("r0", "r1", "r2");
        assertThat(batches).containsExactly(3);
    }

    @Test
    void boundsABatchByItsBytes() {
        add(6, 3 << 20);
        writer.start();

        awaitWritten("r0", "r1", "r2", "r3", "r4", "r5");
        assertThat(batches).containsExactly(3, 3);
    }

    @Test
    void keepsRecordsUntilTheStoreIsBack() {
        script = documents -> refuse();
        add(3, 10);
        writer.start();
        await().atMost(LIMIT).until(() -> batches.size() > 12);
        assertThat(written).isEmpty();

        script = documents -> {};

        awaitWritten("r0", "r1", "r2");
    }

    @Test
    void writesTheOthersWhenTheStoreNeverTakesOne() {
        refuseAnyBatchWith("r1");
        add(4, 10);
        writer.start();
        awaitWritten("r0", "r2", "r3");

        writer.add(record("late", 10), () -> written.add("late"));

        awaitWritten("late");
        assertThat(written).doesNotContain("r1");
    }

    @Test
    void writesTheOthersWhenTheRefusedRecordCameAlone() {
        refuseAnyBatchWith("r0");
        add(1, 10);
        writer.start();
        await().atMost(LIMIT).until(() -> batches.size() > 2);

        writer.add(record("late", 10), () -> written.add("late"));

        awaitWritten("late");
        assertThat(written).doesNotContain("r0");
    }

    @Test
    void dropsARecordWhoseWriteBreaksAndWritesTheOthers() {
        script = documents -> {
            if (holds(documents, "r1")) {
                throw new IllegalStateException("scripted");
            }
            if (holds(documents, "r2")) {
                throw new AssertionError("scripted");
            }
        };
        add(4, 10);
        writer.start();

        awaitWritten("r0", "r1", "r2", "r3");
        assertThat(kept.get(record("r0", 10).key())).isPresent();
        assertThat(kept.get(record("r1", 10).key())).isEmpty();
        assertThat(kept.get(record("r3", 10).key())).isPresent();
    }

    @Test
    void goesOnWhenToldOfARecordFails() {
        writer.add(record("bad", 10), () -> {
            throw new IllegalStateException("scripted");
        });
        add(1, 10);
        writer.start();

        awaitWritten("r0");
    }

    @Test
    void makesNoRoomBeforeTheRecordsAreWritten() {
        script = documents -> refuse();
        add(65, 1 << 20);
        writer.start();
        var last = Thread.ofVirtual().start(() -> writer.add(record("last", 10), () -> written.add("last")));
        await().atMost(LIMIT).until(() -> batches.size() > 3 && last.getState() == Thread.State.WAITING);

        script = documents -> {};

        awaitWritten("last");
    }

    private void refuseAnyBatchWith(String id) {
        script = documents -> {
            if (holds(documents, id)) {
                refuse();
            }
        };
    }

    private static boolean holds(List<NewDocument> documents, String id) {
        return documents.stream().anyMatch(one -> one.key().id().equals(id));
    }

    private static void refuse() {
        throw new StoreUnavailable("scripted");
    }

    private void add(int count, int bytes) {
        for (var i = 0; i < count; i++) {
            var id = "r" + i;
            writer.add(record(id, bytes), () -> written.add(id));
        }
    }

    private void awaitWritten(String... ids) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(written).contains(ids));
    }

    private static NewDocument record(String id, int bytes) {
        var key = new DocumentKey(Collection.ACTIVATIONS, new NamespaceName("guest"), id);
        return new NewDocument(key, 0, "", new byte[bytes]);
    }

    /** The store in memory, whose createAll does what the script says first. */
    private Store scripted() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (self, method, arguments) -> {
                    if (method.getName().equals("createAll")) {
                        @SuppressWarnings("unchecked") // the method's only parameter
                        var documents = (List<NewDocument>) arguments[0];
                        batches.add(documents.size());
                        script.accept(documents);
                    }
                    try {
                        return method.invoke(kept, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
