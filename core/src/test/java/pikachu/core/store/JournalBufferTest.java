package pikachu.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.bus.Durability.BEHIND;
import static pikachu.core.bus.Durability.COMMITTED;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;

class JournalBufferTest {
    private static final Topic WORK = Topic.invoker(new InvokerId(0));

    private final JournalBuffer buffer = new JournalBuffer(10_000);
    private final TreeMap<Long, String> outcomes = new TreeMap<>();
    private final ActivationId one = ActivationId.of(new UUID(0, 1));
    private final ActivationId two = ActivationId.of(new UUID(0, 2));

    @Test
    void aRecordWrittenBehindIsAcknowledgedAtOnceAndWrittenWhenItIsOldEnough() {
        append(1, one, BEHIND);
        assertThat(outcomes).containsEntry(1L, "kept");
        buffer.tick();
        assertThat(buffer.take().isEmpty()).isTrue();
        buffer.tick();
        assertThat(numbers(buffer.take())).containsExactly(1L);
    }

    @Test
    void aCommittedRecordIsAcknowledgedOnceItIsWritten() {
        assertThat(append(1, one, COMMITTED)).isEqualTo(JournalBuffer.Urgency.NOW);
        var batch = buffer.take();
        assertThat(outcomes).isEmpty();
        buffer.written(batch).run();
        assertThat(outcomes).containsEntry(1L, "kept");
    }

    @Test
    void aCommittedRecordTakesEarlierOnesOfItsKeyAlongButNotTheYoungOnesOfOthers() {
        append(1, one, BEHIND);
        append(2, two, BEHIND);
        append(3, one, COMMITTED);
        assertThat(numbers(buffer.take())).containsExactly(1L, 3L);
    }

    @Test
    void anOldRecordTakesLaterOnesOfItsKeyAlong() {
        append(1, one, BEHIND);
        age();
        append(2, one, BEHIND);
        append(3, two, BEHIND);
        assertThat(numbers(buffer.take())).containsExactly(1L, 2L);
    }

    @Test
    void recordsOfAKeyWaitFromTheMomentThatOneIsOnItsWayToTheDiskUntilAllAreGoneFromThere() {
        append(1, one, BEHIND);
        age();
        var first = buffer.take();
        append(2, one, BEHIND);
        assertThat(outcomes).doesNotContainKey(2L);
        buffer.written(first).run();
        var second = buffer.take();
        assertThat(numbers(second)).containsExactly(2L);
        buffer.written(second).run();
        buffer.settle(1);
        buffer.settle(2);
        var third = buffer.take();
        append(3, one, BEHIND);
        assertThat(outcomes).containsKey(2L).doesNotContainKey(3L);
        buffer.written(third).run();
        buffer.settle(3);
        append(4, one, BEHIND);
        assertThat(outcomes).containsEntry(4L, "kept");
    }

    @Test
    void whatIsSettledBeforeItIsTakenIsNeverWritten() {
        append(1, one, BEHIND);
        buffer.settle(1);
        age();
        assertThat(buffer.isIdle()).isTrue();
        assertThat(buffer.take().isEmpty()).isTrue();
    }

    @Test
    void whatIsSettledWhileItIsWrittenIsForgottenInTheNextBatch() {
        append(1, one, BEHIND);
        age();
        var batch = buffer.take();
        buffer.settle(1);
        buffer.written(batch).run();
        assertThat(buffer.take().settled()).containsExactly(1L);
    }

    @Test
    void afterAFailureWhatWasAcknowledgedIsTriedAgainInOrderAndWhoWaitedIsTold() {
        append(1, one, BEHIND);
        append(2, two, BEHIND);
        age();
        append(3, one, COMMITTED);
        var batch = buffer.take();
        assertThat(numbers(batch)).containsExactly(1L, 2L, 3L);
        buffer.settle(2);
        buffer.failed(batch, new StoreUnavailable("full")).run();
        assertThat(outcomes).containsEntry(3L, "full");
        var again = buffer.take();
        assertThat(numbers(again)).containsExactly(1L);
        assertThat(again.settled()).isEmpty();
    }

    @Test
    void whileTheDiskFailsNobodyIsToldThatARecordIsSafe() {
        append(1, one, COMMITTED);
        buffer.failed(buffer.take(), new StoreUnavailable("full")).run();
        append(2, two, BEHIND);
        assertThat(outcomes).containsEntry(1L, "full").doesNotContainKey(2L);
        buffer.written(buffer.take()).run();
        assertThat(outcomes).containsEntry(2L, "kept");
        append(3, one, BEHIND);
        assertThat(outcomes).containsEntry(3L, "kept");
    }

    @Test
    void whatCouldNotBeForgottenIsForgottenLater() {
        append(1, one, COMMITTED);
        buffer.written(buffer.take()).run();
        buffer.settle(1);
        buffer.failed(buffer.take(), new StoreUnavailable("full")).run();
        assertThat(buffer.take().settled()).containsExactly(1L);
    }

    @Test
    void whatWasThereAtTheStartHoldsItsKey() {
        buffer.restore(List.of(new Journal.Kept(record(one, COMMITTED, 1), 1)));
        append(2, one, BEHIND);
        assertThat(outcomes).isEmpty();
        buffer.settle(1);
        assertThat(buffer.take().settled()).containsExactly(1L);
    }

    @Test
    void aFullBufferSaysSoAndTakesMoreWhenItIsWritten() {
        var refused = new ArrayList<Optional<StoreUnavailable>>();
        for (var i = 0; i < 3; i++) {
            buffer.append(record(key(i), BEHIND, 4000), i, refused::add);
        }
        assertThat(refused.get(1)).isEmpty();
        assertThat(refused.get(2).orElseThrow()).hasMessageContaining("full");
        age();
        buffer.written(buffer.take()).run();
        buffer.append(record(key(9), BEHIND, 4000), 9, refused::add);
        assertThat(refused.getLast()).isEmpty();
    }

    /** Long enough for everything there is to be written. */
    private void age() {
        buffer.tick();
        buffer.tick();
    }

    private static ActivationId key(int number) {
        return ActivationId.of(new UUID(7, number));
    }

    private JournalBuffer.Urgency append(long number, ActivationId key, Durability durability) {
        return buffer.append(
                record(key, durability, 1),
                number,
                outcome -> outcomes.put(
                        number, outcome.map(StoreUnavailable::getMessage).orElse("kept")));
    }

    private static BusRecord record(ActivationId key, Durability durability, int size) {
        return new BusRecord(WORK, 0, Optional.of(key), new byte[size], durability);
    }

    private static List<Long> numbers(JournalBuffer.Batch batch) {
        return batch.kept().stream().map(Journal.Kept::number).toList();
    }
}
