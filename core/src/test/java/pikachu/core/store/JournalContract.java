package pikachu.core.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pikachu.core.bus.Durability.BEHIND;
import static pikachu.core.bus.Durability.COMMITTED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** What every journal does. */
public abstract class JournalContract {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicLong numbers = new AtomicLong(1L << 40);
    protected Store store;

    protected abstract Store open();

    /** The store as a process finds it whose predecessor died at this moment, without a word. */
    protected abstract Store crash(Store dying);

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void isEmptyAtFirstAndCountsGenerationsFromOne() {
        assertThat(store.journal().kept()).isEmpty();
        assertThat(store.journal().nextGeneration()).isEqualTo(1);
        assertThat(store.journal().nextGeneration()).isEqualTo(2);
        store = crash(store);
        assertThat(store.journal().nextGeneration()).isEqualTo(3);
    }

    @Test
    void givesBackWhatWasCommittedAsItWasInOrder() {
        var records = List.of(
                new BusRecord(Topic.invoker(new InvokerId(3)), 0, Optional.of(key()), new byte[] {0, 1, -1}, COMMITTED),
                new BusRecord(
                        Topic.CLAIMS,
                        Topic.partitionOf(new NamespaceName("guest")),
                        Optional.empty(),
                        new byte[0],
                        COMMITTED),
                new BusRecord(Topic.completed(new ControllerId(0)), 0, Optional.of(key()), bytes("x"), COMMITTED));
        var appended = records.stream().map(this::append).toList();
        store = crash(store);
        var kept = store.journal().kept();
        assertThat(kept).extracting(Journal.Kept::number).isEqualTo(appended);
        assertThat(kept)
                .extracting(Journal.Kept::bus)
                .usingRecursiveComparison()
                .isEqualTo(records);
    }

    @Test
    void whatWasAcknowledgedAsCommittedIsThereAfterACrash() {
        for (var i = 0; i < 20; i++) {
            append(record("r" + i, COMMITTED));
        }
        store = crash(store);
        assertThat(store.journal().kept()).hasSize(20);
    }

    @Test
    void whatIsWrittenBehindGetsThereSoon() {
        append(record("behind", BEHIND));
        awaitKept(1);
    }

    @Test
    void whatIsSettledDoesNotComeBack() {
        var first = append(record("first", COMMITTED));
        append(record("second", COMMITTED));
        store.journal().settle(first);
        awaitKept(1);
        store = crash(store);
        assertThat(store.journal().kept()).extracting(JournalContract::text).containsExactly("second");
    }

    @Test
    void aRecordWhoseKeyIsOnDiskIsThereOnceItIsAcknowledged() {
        for (var i = 0; i < 10; i++) {
            var key = Optional.of(key());
            append(new BusRecord(Topic.CLAIMS, 0, key, bytes("accepted"), COMMITTED));
            append(new BusRecord(Topic.CLAIMS, 0, key, bytes("started"), BEHIND));
            store = crash(store);
            assertThat(store.journal().kept()).hasSize(2 * i + 2).last().returns("started", JournalContract::text);
        }
    }

    @Test
    void aRecordWhoseKeyWasOnDiskBeforeTheCrashIsThereOnceItIsAcknowledged() {
        var key = Optional.of(key());
        append(new BusRecord(Topic.CLAIMS, 0, key, bytes("accepted"), COMMITTED));
        store = crash(store);
        append(new BusRecord(Topic.CLAIMS, 0, key, bytes("started"), BEHIND));
        store = crash(store);
        assertThat(store.journal().kept()).extracting(JournalContract::text).containsExactly("accepted", "started");
    }

    @Test
    void manyThreadsLoseNothing() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 16; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (var i = 0; i < 20; i++) {
                    var number = append(record("kept", COMMITTED));
                    if (i % 2 == 0) {
                        store.journal().settle(number);
                    }
                }
            }));
        }
        for (var thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        awaitKept(160);
    }

    private void awaitKept(int count) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(store.journal().kept()).hasSize(count));
    }

    private long append(BusRecord bus) {
        var number = numbers.incrementAndGet();
        var outcome = new CompletableFuture<Optional<StoreUnavailable>>();
        store.journal().append(bus, number, outcome::complete);
        assertThat(outcome).succeedsWithin(PATIENCE).isEqualTo(Optional.empty());
        return number;
    }

    private static String text(Journal.Kept kept) {
        return new String(kept.bus().value(), UTF_8);
    }

    private static BusRecord record(String text, Durability durability) {
        return new BusRecord(Topic.invoker(new InvokerId(0)), 0, Optional.of(key()), bytes(text), durability);
    }

    private static ActivationId key() {
        return ActivationId.of(UUID.randomUUID());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
