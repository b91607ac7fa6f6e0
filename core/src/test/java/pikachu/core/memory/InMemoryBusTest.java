package pikachu.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.bus.Durability.BEHIND;
import static pikachu.core.bus.Durability.COMMITTED;
import static pikachu.core.bus.Durability.TRANSIENT;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import pikachu.core.bus.Bus;
import pikachu.core.bus.BusContract;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Published;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;

class InMemoryBusTest extends BusContract {
    private final InMemoryStore store = new InMemoryStore();

    @Override
    protected Bus open() {
        return new InMemoryBus(store.journal());
    }

    @Override
    protected Bus crash(Bus dying) {
        store.journal().crash();
        return new InMemoryBus(store.journal());
    }

    /** With a journal that writes only when told, and small partitions. */
    @Nested
    class WithASlowDisk {
        private final InMemoryStore slow = InMemoryStore.flushedByHand();
        private final InMemoryBus bus = new InMemoryBus(slow.journal(), 10_000);
        private final BusReader reader = bus.read(WORK, 0, Start.UNSETTLED, () -> {});
        private final List<Published> ended = new ArrayList<>();

        @Test
        void aCommittedRecordIsNeitherAcknowledgedNorVisibleBeforeItIsOnDisk() {
            bus.publish(record("work", COMMITTED), ended::add);
            assertThat(ended).isEmpty();
            assertThat(reader.poll(10)).isEmpty();
            slow.journal().flush();
            assertThat(ended).containsExactly(new Published.Appended(0));
            assertThat(reader.poll(10)).hasSize(1);
        }

        @Test
        void aRecordWrittenBehindPassesOneOfAnotherKeyThatWaitsAndHasTheEarlierPosition() {
            bus.publish(record("asynchronous", COMMITTED), ended::add);
            bus.publish(record("blocking", BEHIND), ended::add);
            assertThat(ended).containsExactly(new Published.Appended(0));
            assertThat(reader.poll(10)).extracting(BusContract::text).containsExactly("blocking");
            slow.journal().flush();
            assertThat(reader.poll(10)).extracting(BusContract::text).containsExactly("asynchronous");
        }

        @Test
        void aRecordWithoutKeyWaitsForThoseBeforeItAndHoldsUpThoseAfterIt() {
            bus.publish(record("asynchronous", COMMITTED), ended::add);
            bus.publish(new BusRecord(WORK, 0, Optional.empty(), bytes("barrier"), TRANSIENT), ended::add);
            bus.publish(record("blocking", BEHIND), ended::add);
            assertThat(reader.poll(10)).isEmpty();
            slow.journal().flush();
            assertThat(reader.poll(10))
                    .extracting(BusContract::text)
                    .containsExactly("asynchronous", "barrier", "blocking");
        }

        @Test
        void aTransientRecordDoesNotOvertakeOneOfItsKey() {
            var key = Optional.of(key());
            bus.publish(new BusRecord(WORK, 0, key, bytes("first"), COMMITTED), ended::add);
            bus.publish(new BusRecord(WORK, 0, key, bytes("second"), TRANSIENT), ended::add);
            bus.publish(record("other", TRANSIENT), ended::add);
            assertThat(reader.poll(10)).extracting(BusContract::text).containsExactly("other");
            slow.journal().flush();
            assertThat(reader.poll(10)).extracting(BusContract::text).containsExactly("first", "second");
        }

        @Test
        void aRecordSettledBeforeItIsWrittenCostsNoWrite() {
            bus.publish(record("fast", BEHIND), ended::add);
            reader.settle(reader.poll(1).getFirst().position());
            slow.journal().flush();
            assertThat(slow.journal().rowsWritten()).isZero();
        }

        @Test
        void aCrashLosesOnlyWhatIsWrittenBehindAndSettledRecordsStayAway() {
            bus.publish(record("kept", COMMITTED), ended::add);
            bus.publish(record("done", COMMITTED), ended::add);
            slow.journal().flush();
            reader.settle(reader.poll(2).getLast().position());
            slow.journal().flush();
            bus.publish(record("lost", BEHIND), ended::add);
            slow.journal().crash();
            var next = new InMemoryBus(slow.journal()).read(WORK, 0, Start.UNSETTLED, () -> {});
            assertThat(next.poll(10)).extracting(BusContract::text).containsExactly("kept");
        }

        @Test
        void aFullTopicSaysSoAndTakesMoreOnceItsReaderHasSettled() {
            while (!(ended.isEmpty() ? new Published.Appended(0) : ended.getLast()).equals(failure())) {
                bus.publish(record("x".repeat(900), BEHIND), ended::add);
            }
            assertThat(ended).hasSize(11);
            assertThat(failure()).extracting(Object::toString).asString().contains("is full", "try again");
            reader.settle(reader.poll(1).getFirst().position());
            bus.publish(record("x".repeat(900), BEHIND), ended::add);
            assertThat(ended.getLast()).isEqualTo(new Published.Appended(10));
        }

        private Published failure() {
            return ended.stream()
                    .filter(Published.Failed.class::isInstance)
                    .findFirst()
                    .orElse(new Published.Failed("none"));
        }

        @Test
        void aReaderOfHealthThatLagsSeesAGapButTheNewest() {
            var lagging = bus.read(Topic.HEALTH, 0, Start.END, () -> {});
            for (var i = 0; i < 100; i++) {
                bus.publish(
                        new BusRecord(
                                Topic.HEALTH, 0, Optional.empty(), bytes("beat" + i + "x".repeat(900)), TRANSIENT),
                        ended::add);
            }
            assertThat(ended).hasOnlyElementsOfType(Published.Appended.class);
            var seen = lagging.poll(1000);
            assertThat(seen).hasSizeBetween(5, 11);
            assertThat(seen.getFirst().position()).isGreaterThan(80);
            assertThat(seen.getLast().position()).isEqualTo(99);
        }

        @Test
        void healthIsKeptOnlyForReadersThatAreOpen() {
            var lagging = bus.read(Topic.HEALTH, 0, Start.END, () -> {});
            bus.publish(new BusRecord(Topic.HEALTH, 0, Optional.empty(), bytes("beat"), TRANSIENT), ended::add);
            var other = bus.read(Topic.HEALTH, 0, Start.OLDEST, () -> {});
            assertThat(other.poll(10)).hasSize(1);
            lagging.close();
            assertThat(bus.read(Topic.HEALTH, 0, Start.OLDEST, () -> {}).poll(10))
                    .isEmpty();
        }

        @Test
        void aLongRunningRecordDoesNotHoldTheMemoryOfThoseBehindIt() {
            bus.publish(record("long", BEHIND), ended::add);
            reader.poll(1);
            for (var i = 0; i < 100_000; i++) {
                bus.publish(record("short", BEHIND), published -> {});
                reader.settle(reader.poll(1).getFirst().position());
            }
            bus.publish(record("last", BEHIND), ended::add);
            assertThat(bus.read(WORK, 0, Start.UNSETTLED, () -> {}).poll(10))
                    .extracting(BusContract::text)
                    .containsExactly("long", "last");
        }
    }
}
