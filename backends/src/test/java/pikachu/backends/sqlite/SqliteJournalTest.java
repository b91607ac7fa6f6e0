package pikachu.backends.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pikachu.core.bus.Durability.BEHIND;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.memory.InMemoryBus;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;
import pikachu.core.store.JournalContract;
import pikachu.core.store.Store;

class SqliteJournalTest extends JournalContract {
    private static final Topic WORK = Topic.invoker(new InvokerId(0));

    @TempDir
    Path folder;

    private Crashes crashes;

    @AfterEach
    void closeAll() {
        crashes.close();
    }

    @Override
    protected Store open() {
        crashes = new Crashes(folder);
        return crashes.open();
    }

    @Override
    protected Store crash(Store dying) {
        return crashes.crash();
    }

    @Test
    void fastCallsCostNoDiskWrite() {
        var sqlite = (SqliteStore) store;
        try (var bus = new InMemoryBus(sqlite.journal())) {
            var reader = bus.read(WORK, 0, Start.UNSETTLED, () -> {});
            for (var i = 0; i < 10_000; i++) {
                publish(bus);
                reader.settle(reader.poll(1).getFirst().position());
            }
            assertThat(sqlite.journalRowsWritten()).isLessThan(20);
            // and the count can tell: one that stays is written
            var before = sqlite.journalRowsWritten();
            publish(bus);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(sqlite.journalRowsWritten()).isEqualTo(before + 1));
        }
    }

    private static void publish(InMemoryBus bus) {
        bus.publish(
                new BusRecord(WORK, 0, Optional.of(ActivationId.of(UUID.randomUUID())), new byte[700], BEHIND),
                published -> {});
    }
}
