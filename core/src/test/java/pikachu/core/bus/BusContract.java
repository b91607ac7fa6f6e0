package pikachu.core.bus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pikachu.core.bus.Durability.BEHIND;
import static pikachu.core.bus.Durability.COMMITTED;
import static pikachu.core.bus.Durability.TRANSIENT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;

/** What every bus does. */
public abstract class BusContract {
    protected static final Topic WORK = Topic.invoker(new InvokerId(0));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    protected Bus bus;

    /** A bus without records. */
    protected abstract Bus open();

    /** The bus of the next life of the process, after this one died without a word. */
    protected abstract Bus crash(Bus dying);

    @BeforeEach
    void openBus() {
        bus = open();
    }

    @AfterEach
    void closeBus() {
        bus.close();
    }

    @Test
    void givesWhatIsPublishedInOrderAtGrowingPositions() {
        var reader = read(WORK, Start.OLDEST);
        var positions = new ArrayList<Long>();
        for (var i = 0; i < 100; i++) {
            positions.add(publish(WORK, "r" + i, i % 2 == 0 ? BEHIND : TRANSIENT));
        }
        var deliveries = reader.take(100);
        assertThat(deliveries).extracting(BusContract::text).first().isEqualTo("r0");
        assertThat(deliveries).extracting(BusContract::text).last().isEqualTo("r99");
        assertThat(deliveries)
                .extracting(Delivery::position)
                .isEqualTo(positions)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(deliveries).allMatch(one -> one.topic().equals(WORK) && one.partition() == 0);
    }

    @Test
    void keepsTheOrderOfOneThreadWhateverTheDurabilityForOneKey() {
        var reader = read(WORK, Start.OLDEST);
        var key = key();
        var durabilities = Durability.values();
        for (var i = 0; i < 300; i++) {
            var record = new BusRecord(WORK, 0, Optional.of(key), bytes("r" + i), durabilities[i * 7 % 3]);
            bus.publish(record, published -> {});
        }
        var expected = new ArrayList<String>();
        for (var i = 0; i < 300; i++) {
            expected.add("r" + i);
        }
        assertThat(reader.take(300)).extracting(BusContract::text).isEqualTo(expected);
    }

    @Test
    void aRecordWithoutKeyOvertakesNothing() {
        var reader = read(WORK, Start.OLDEST);
        for (var i = 0; i < 50; i++) {
            bus.publish(record("work", COMMITTED), published -> {});
        }
        publish(WORK, Optional.empty(), "barrier", TRANSIENT);
        assertThat(reader.take(51)).extracting(BusContract::text).last().isEqualTo("barrier");
    }

    @Test
    void pollGivesAtMostWhatIsAskedForAndCallsReadyForTheRest() {
        for (var i = 0; i < 10; i++) {
            publish(WORK, "r" + i, BEHIND);
        }
        var reader = read(WORK, Start.OLDEST);
        var seen = new ArrayList<Delivery>();
        while (seen.size() < 10) {
            reader.awaitReady();
            var some = reader.reader.poll(3);
            assertThat(some).hasSizeLessThanOrEqualTo(3);
            seen.addAll(some);
        }
        assertThat(seen).extracting(BusContract::text).first().isEqualTo("r0");
        assertThat(seen).extracting(BusContract::text).last().isEqualTo("r9");
        assertThat(reader.reader.poll(3)).isEmpty();
    }

    @Test
    void aReaderAtTheEndSeesOnlyWhatComesAfterIt() {
        publish(Topic.CLAIMS, "before", TRANSIENT);
        var reader = read(Topic.CLAIMS, Start.END);
        publish(Topic.CLAIMS, "after", TRANSIENT);
        assertThat(reader.take(1)).extracting(BusContract::text).containsExactly("after");
    }

    @Test
    void twoReadersSeeEverythingEach() {
        var one = read(Topic.HEALTH, Start.END);
        var other = read(Topic.HEALTH, Start.END);
        for (var i = 0; i < 20; i++) {
            publish(Topic.HEALTH, "beat" + i, TRANSIENT);
        }
        assertThat(one.take(20)).extracting(BusContract::text).last().isEqualTo("beat19");
        assertThat(other.take(20)).extracting(BusContract::text).last().isEqualTo("beat19");
    }

    @Test
    void partitionsAreApart() {
        var reader = read(Topic.DIRECTORY, 3, Start.END);
        var other = read(Topic.DIRECTORY, 4, Start.END);
        publish(new BusRecord(Topic.DIRECTORY, 4, Optional.empty(), bytes("four"), TRANSIENT));
        publish(new BusRecord(Topic.DIRECTORY, 3, Optional.empty(), bytes("three"), TRANSIENT));
        assertThat(reader.take(1)).extracting(BusContract::text).containsExactly("three");
        assertThat(other.take(1)).extracting(BusContract::text).containsExactly("four");
    }

    @Test
    void whatIsNotSettledIsSeenByTheNextReaderOrElseIsNot() {
        var first = read(WORK, Start.UNSETTLED);
        for (var i = 0; i < 6; i++) {
            publish(WORK, "r" + i, BEHIND);
        }
        var seen = first.take(6);
        for (var settled : List.of(0, 1, 3)) {
            first.reader.settle(seen.get(settled).position());
        }
        first.reader.close();
        // records behind the first unsettled one may come again although they are settled
        var again = read(WORK, Start.UNSETTLED);
        var texts = again.takeUntil("r5");
        assertThat(texts).startsWith("r2").contains("r4", "r5").doesNotContain("r0", "r1");
    }

    @Test
    void anUndertakerReadsBesideTheOwner() {
        var owner = read(WORK, Start.UNSETTLED);
        publish(WORK, "mine", BEHIND);
        assertThat(owner.take(1)).extracting(BusContract::text).containsExactly("mine");
        var undertaker = read(WORK, Start.UNSETTLED);
        assertThat(undertaker.take(1)).extracting(BusContract::text).containsExactly("mine");
        publish(WORK, "late", BEHIND);
        assertThat(undertaker.take(1)).extracting(BusContract::text).containsExactly("late");
        assertThat(owner.take(1)).extracting(BusContract::text).containsExactly("late");
    }

    @Test
    void whatWasCommittedSurvivesACrash() {
        publish(WORK, "one", COMMITTED);
        publish(WORK, "two", COMMITTED);
        bus = crash(bus);
        assertThat(read(WORK, Start.UNSETTLED).take(2))
                .extracting(BusContract::text)
                .containsExactly("one", "two");
        assertThat(publish(WORK, "three", COMMITTED)).isGreaterThan(0);
    }

    @Test
    void epochsMadeOfGenerationAndPositionGrowAcrossACrash() {
        var generation = bus.generation();
        var position = publish(Topic.CLAIMS, "claim", TRANSIENT);
        bus = crash(bus);
        var later = publish(Topic.CLAIMS, "claim", TRANSIENT);
        assertThat(bus.generation() > generation || (bus.generation() == generation && later > position))
                .isTrue();
    }

    @Test
    void trimDeletesWhatLiesBeforeAPosition() {
        publish(Topic.CLAIMS, "old", TRANSIENT);
        var kept = publish(Topic.CLAIMS, "snapshot", TRANSIENT);
        publish(Topic.CLAIMS, "new", TRANSIENT);
        bus.trim(Topic.CLAIMS, 0, kept);
        await().atMost(PATIENCE).untilAsserted(() -> {
            var reader = read(Topic.CLAIMS, Start.OLDEST);
            assertThat(reader.takeUntil("new")).containsExactly("snapshot", "new");
            reader.reader.close();
        });
    }

    @Test
    void aReaderHearsThatItMissedWhatWasTrimmed() {
        publish(Topic.CLAIMS, "read", TRANSIENT);
        var late = read(Topic.CLAIMS, Start.OLDEST);
        assertThat(late.takeUntil("read")).containsExactly("read");
        assertThat(late.reader.hasMissed()).isFalse();
        publish(Topic.CLAIMS, "missed", TRANSIENT);
        var kept = publish(Topic.CLAIMS, "snapshot", TRANSIENT);
        bus.trim(Topic.CLAIMS, 0, kept);
        await().atMost(PATIENCE).untilAsserted(() -> {
            var reader = read(Topic.CLAIMS, Start.OLDEST);
            assertThat(reader.takeUntil("snapshot")).containsExactly("snapshot");
            assertThat(reader.reader.hasMissed()).isFalse();
            reader.reader.close();
        });

        assertThat(late.takeUntil("snapshot")).containsExactly("snapshot");
        assertThat(late.reader.hasMissed()).isTrue();
        publish(Topic.CLAIMS, "new", TRANSIENT);
        assertThat(late.takeUntil("new")).containsExactly("new");
        assertThat(late.reader.hasMissed()).isFalse();
    }

    @Test
    void manyThreadsLoseNothingAndEachKeepsItsOrder() throws InterruptedException {
        var reader = read(WORK, Start.OLDEST);
        var threads = new ArrayList<Thread>();
        for (var t = 0; t < 8; t++) {
            var name = "t" + t + ":";
            threads.add(Thread.ofVirtual().start(() -> {
                for (var i = 0; i < 500; i++) {
                    bus.publish(record(name + i, BEHIND), published -> {});
                }
            }));
        }
        var next = new HashMap<String, Integer>();
        for (var delivery : reader.take(4000)) {
            var parts = text(delivery).split(":");
            assertThat(Integer.parseInt(parts[1])).isEqualTo(next.merge(parts[0], 1, Integer::sum) - 1);
            reader.reader.settle(delivery.position());
        }
        for (var thread : threads) {
            assertThat(thread.join(PATIENCE)).isTrue();
        }
        assertThat(next.values()).containsOnly(500).hasSize(8);
    }

    @Test
    void readyIsNeverForgottenUnderARace() throws InterruptedException {
        var reader = read(WORK, Start.OLDEST);
        var count = 5000;
        var publisher = Thread.ofPlatform().daemon().start(() -> {
            for (var i = 0; i < count; i++) {
                bus.publish(record("r", TRANSIENT), published -> {});
            }
        });
        assertThat(reader.take(count)).hasSize(count);
        assertThat(publisher.join(PATIENCE)).isTrue();
    }

    @Test
    void aClosedReaderIsNotCalledAndGetsNothing() {
        var calls = new AtomicInteger();
        var reader = bus.read(WORK, 0, Start.END, calls::incrementAndGet);
        reader.close();
        reader.close();
        var before = calls.get();
        publish(WORK, "nobody", BEHIND);
        assertThat(reader.poll(10)).isEmpty();
        assertThat(calls.get()).isEqualTo(before);
    }

    @Test
    void aClosedBusRefusesPublications() {
        bus.close();
        var ended = new CompletableFuture<Published>();
        bus.publish(record("late", BEHIND), ended::complete);
        assertThat(ended).succeedsWithin(PATIENCE).isInstanceOf(Published.Failed.class);
    }

    protected final long publish(Topic topic, String text, Durability durability) {
        return publish(topic, Optional.of(key()), text, durability);
    }

    protected final long publish(Topic topic, Optional<ActivationId> key, String text, Durability durability) {
        return publish(new BusRecord(topic, 0, key, bytes(text), durability));
    }

    protected final long publish(BusRecord record) {
        var ended = new CompletableFuture<Published>();
        bus.publish(record, ended::complete);
        assertThat(ended).succeedsWithin(PATIENCE).isInstanceOf(Published.Appended.class);
        return ((Published.Appended) ended.join()).position();
    }

    protected static BusRecord record(String text, Durability durability) {
        return new BusRecord(WORK, 0, Optional.of(key()), bytes(text), durability);
    }

    protected static ActivationId key() {
        return ActivationId.of(UUID.randomUUID());
    }

    protected final TestReader read(Topic topic, Start start) {
        return read(topic, 0, start);
    }

    protected final TestReader read(Topic topic, int partition, Start start) {
        return new TestReader(bus, topic, partition, start);
    }

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    protected static String text(Delivery delivery) {
        return new String(delivery.value(), UTF_8);
    }

    /** A reader as a loop uses it: it polls only after it was called. */
    protected static final class TestReader {
        private final Semaphore ready = new Semaphore(0);
        public final BusReader reader;

        TestReader(Bus bus, Topic topic, int partition, Start start) {
            reader = bus.read(topic, partition, start, ready::release);
        }

        void awaitReady() {
            try {
                assertThat(ready.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("ready is called")
                        .isTrue();
                ready.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        public List<Delivery> take(int count) {
            var taken = new ArrayList<Delivery>();
            while (taken.size() < count) {
                awaitReady();
                taken.addAll(reader.poll(Integer.MAX_VALUE));
            }
            assertThat(taken).hasSize(count);
            return taken;
        }

        public List<String> takeUntil(String last) {
            var taken = new ArrayList<String>();
            while (!new HashSet<>(taken).contains(last)) {
                awaitReady();
                reader.poll(Integer.MAX_VALUE).forEach(delivery -> taken.add(text(delivery)));
            }
            return taken;
        }
    }
}
