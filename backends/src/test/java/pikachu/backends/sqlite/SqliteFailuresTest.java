package pikachu.backends.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.InMemoryBus;
import pikachu.core.bus.Published;
import pikachu.core.bus.Topic;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

class SqliteFailuresTest {
    private static final Topic WORK = Topic.invoker(new InvokerId(0));

    @TempDir
    Path folder;

    @Test
    void aSecondStoreInThisProcessIsRefusedToo() {
        try (var first = SqliteStore.open(folder)) {
            assertThatThrownBy(() -> SqliteStore.open(folder))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
            assertThat(first.get(key("x"))).isEmpty();
        }
    }

    @Test
    void aDatabaseOfANewerVersionIsRefusedAndLeftAlone() throws SQLException {
        SqliteStore.open(folder).close();
        run("PRAGMA user_version = 99");
        assertThatThrownBy(() -> SqliteStore.open(folder))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("version 99")
                .hasMessageContaining("newer program");
        run("PRAGMA user_version = 1");
        SqliteStore.open(folder).close();
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws IOException {
        var text = "this is not a database, it only lies where one should be\n".repeat(100);
        Files.writeString(folder.resolve("pikachu.db"), text);
        assertThatThrownBy(() -> SqliteStore.open(folder))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("pikachu.db")
                .hasMessageContaining("damaged");
        assertThat(folder.resolve("pikachu.db")).hasContent(text);
    }

    @Test
    void aDamagedPageIsReportedWhenItIsRead() throws IOException {
        try (var store = SqliteStore.open(folder)) {
            for (var i = 0; i < 200; i++) {
                store.create(document("id" + i, 1000));
            }
        }
        var bytes = Files.readAllBytes(folder.resolve("pikachu.db"));
        for (var i = 4096; i < bytes.length; i++) {
            bytes[i] = (byte) 0xa5;
        }
        Files.write(folder.resolve("pikachu.db"), bytes);
        assertThatThrownBy(() -> {
                    try (var store = SqliteStore.open(folder)) {
                        store.get(key("id7"));
                    }
                })
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aFolderThatCannotBeMadeIsRefusedWithItsName() throws IOException {
        Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> SqliteStore.open(folder.resolve("file/data")))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("file/data");
    }

    @Test
    void aClosedStoreSaysSo() {
        var store = SqliteStore.open(folder);
        store.close();
        store.close();
        assertThatThrownBy(() -> store.get(key("x"))).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.create(document("x", 1))).hasMessageContaining("closed");
    }

    @Test
    void aFullDiskRefusesClearlyLosesNothingAndRecoversWhenThereIsSpace() throws Exception {
        assumeThat(mount()).as("may mount a tmpfs").isTrue();
        try {
            var ballast = folder.resolve("ballast");
            Files.write(ballast, new byte[3 << 20]);
            try (var store = SqliteStore.open(folder.resolve("data"));
                    var bus = new InMemoryBus(store.journal())) {
                var acknowledged = new ArrayList<String>();
                var behind = publish(bus, Durability.BEHIND);
                assertThat(behind).isInstanceOf(Published.Appended.class);
                assertThatThrownBy(() -> fill(store, acknowledged))
                        .isInstanceOf(StoreUnavailable.class)
                        .hasMessageContaining("full")
                        .hasMessageContaining("free some space");
                assertThat(acknowledged).isNotEmpty();
                var refused = publish(bus, Durability.COMMITTED);
                assertThat(refused).isInstanceOf(Published.Failed.class);
                assertThat(store.get(key(acknowledged.getFirst()))).isPresent();
                Files.delete(ballast);
                assertThat(publish(bus, Durability.COMMITTED)).isInstanceOf(Published.Appended.class);
                store.create(document("after", 100_000));
                acknowledged.add("after");
                assertAllThere(store, acknowledged);
                // the one written behind may have been kept in memory all the while
                await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(store.journal().kept()).hasSize(2));
            }
        } finally {
            assertThat(command("umount", folder.toString())).isTrue();
        }
    }

    private static void assertAllThere(Store store, Iterable<String> ids) {
        for (var id : ids) {
            assertThat(store.get(key(id))).as(id).isPresent();
        }
    }

    private static void fill(Store store, List<String> acknowledged) {
        for (var i = 0; i < 1000; i++) {
            store.create(document("id" + i, 100_000));
            acknowledged.add("id" + i);
        }
    }

    private static Published publish(InMemoryBus bus, Durability durability) {
        var ended = new CompletableFuture<Published>();
        var key = Optional.of(ActivationId.of(UUID.randomUUID()));
        bus.publish(new BusRecord(WORK, 0, key, new byte[100_000], durability), ended::complete);
        assertThat(ended).succeedsWithin(Duration.ofSeconds(10));
        return ended.join();
    }

    private boolean mount() throws IOException, InterruptedException {
        return command("mount", "-t", "tmpfs", "-o", "size=12m", "none", folder.toString());
    }

    private static boolean command(String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words).inheritIO().start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private void run(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("pikachu.db"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DocumentKey key(String id) {
        return new DocumentKey(Collection.ENTITIES, new NamespaceName("guest"), id);
    }

    private static NewDocument document(String id, int size) {
        return new NewDocument(key(id), 1, "", "x".repeat(size).getBytes(UTF_8));
    }
}
