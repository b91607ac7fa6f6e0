package pikachu.core.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.loops.Orders.ACTION;
import static pikachu.core.loops.Orders.CALLER;
import static pikachu.core.loops.Orders.id;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.bus.Topic;
import pikachu.core.messages.ClaimMessage.Claim;
import pikachu.core.messages.ClaimMessage.ClaimsSnapshot;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.ClaimMessage.Release;
import pikachu.core.messages.ClaimMessage.Wanted;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.CompletedMessage.Refused;
import pikachu.core.messages.CompletedMessage.Started;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.ControllerDead;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.InvokerDead;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.messages.Message;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.Target;

/** One controller over a bus that hands everything back in order, at once. */
class ControllerLogicTest {
    private static final ControllerId SELF = new ControllerId(0);

    private record Place(String topic, int partition) {}

    private final ControllerLogic controller =
            new ControllerLogic(SELF, 1, Set.of(), Set.of(), Timing.DEFAULT, new Random(1));
    private final Map<Place, List<Message>> logs = new HashMap<>();
    private final Map<Long, Place> readings = new HashMap<>();
    private final List<ControllerEffect> effects = new ArrayList<>();
    private final Map<String, Target> placements = new HashMap<>();
    private Predicate<Message> reaches = message -> true;
    private long nowMs = 1_000_000;
    private Set<Integer> beating = Set.of(0, 1);

    @BeforeEach
    void start() {
        controller.start(nowMs).forEach(this::carryOut);
        pass(2500);
    }

    private void step(ControllerEvent event) {
        controller.step(event, nowMs).forEach(this::carryOut);
    }

    private void carryOut(ControllerEffect effect) {
        effects.add(effect);
        switch (effect) {
            case ControllerEffect.Read read ->
                readings.put(read.reading(), new Place(read.topic().name(), read.partition()));
            case ControllerEffect.StopReading stop -> readings.remove(stop.reading());
            case ControllerEffect.Publish publish -> {
                if (!reaches.test(publish.message())) {
                    step(new ControllerEvent.PublishDone(publish.publication(), new Published.Failed("test")));
                    return;
                }
                long position = append(publish.topic(), publish.partition(), publish.message());
                step(new ControllerEvent.PublishDone(publish.publication(), new Published.Appended(position)));
            }
            case ControllerEffect.CreatePlacement create -> {
                var target =
                        placements.computeIfAbsent(create.activation() + "/" + create.attempt(), k -> create.target());
                step(new ControllerEvent.PlacementCreated(create.activation(), create.attempt(), target, SELF));
            }
            case ControllerEffect.CreateRecord create ->
                step(new ControllerEvent.RecordCreated(
                        create.record().activation().id()));
            default -> {}
        }
    }

    private long append(Topic topic, int partition, Message message) {
        var place = new Place(topic.name(), partition);
        var log = logs.computeIfAbsent(place, key -> new ArrayList<>());
        log.add(message);
        long position = log.size() - 1L;
        for (var reading : List.copyOf(readings.entrySet())) {
            if (reading.getValue().equals(place)) {
                step(new ControllerEvent.Received(reading.getKey(), position, message));
            }
        }
        return position;
    }

    private void pass(long ms) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += 100;
            if (nowMs % 1000 == 0) {
                beating.forEach(this::beat);
            }
            step(new ControllerEvent.Tick());
        }
    }

    private void beat(int invoker) {
        append(Topic.HEALTH, 0, heartbeat(invoker, 100 + invoker));
    }

    private static Heartbeat heartbeat(int invoker, long incarnation) {
        return new Heartbeat(
                new InvokerId(invoker),
                new Incarnation(incarnation),
                true,
                new Capacity(4096, 0),
                0,
                0,
                0,
                List.of(),
                List.of());
    }

    private void invoke(int number, Optional<InstanceId> instance, int waitMs) {
        step(new ControllerEvent.Invoke(
                number,
                id(number),
                CALLER,
                ACTION,
                JsonText.EMPTY_OBJECT,
                JsonText.EMPTY_OBJECT,
                instance,
                2,
                nowMs,
                waitMs,
                "test"));
    }

    private <T> List<T> all(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private <T> List<T> published(Class<T> type) {
        return all(ControllerEffect.Publish.class).stream()
                .map(ControllerEffect.Publish::message)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private Reply reply(int ticket) {
        return all(ControllerEffect.Answer.class).stream()
                .filter(answer -> answer.ticket() == ticket)
                .findFirst()
                .orElseThrow()
                .reply();
    }

    private boolean isAnswered(int ticket) {
        return all(ControllerEffect.Answer.class).stream().anyMatch(answer -> answer.ticket() == ticket);
    }

    private int invokerOf(Activate order) {
        return (int) order.target().value() - 100;
    }

    private void report(Message message) {
        append(Topic.completed(SELF), 0, message);
    }

    private void started(Activate order) {
        report(new Started(order.activation(), new InvokerId(invokerOf(order)), order.target()));
    }

    private Completed completed(Activate order, Optional<ActivationRecord> record) {
        return new Completed(
                order.activation().id(),
                order.activation().attempt(),
                new InvokerId(invokerOf(order)),
                order.target(),
                Status.SUCCESS,
                record,
                record.isEmpty());
    }

    private Durability durabilityOfLastOrder() {
        return all(ControllerEffect.Publish.class).stream()
                .filter(publish -> publish.message() instanceof Activate)
                .toList()
                .getLast()
                .durability();
    }

    private Activate lastOrder() {
        return published(Activate.class).getLast();
    }

    @Test
    void acceptsOnceTheBusHasTheOrder() {
        reaches = message -> !(message instanceof Activate);
        invoke(1, Optional.empty(), 0);
        assertThat(isAnswered(1)).isFalse();
        reaches = message -> true;
        pass(500);

        assertThat(reply(1)).isEqualTo(new Reply.Accepted());
    }

    @Test
    void acceptsWhenTheWaitIsOverOnlyWhatNothingCanLose() {
        invoke(1, Optional.empty(), 1);
        assertThat(durabilityOfLastOrder()).isEqualTo(Durability.COMMITTED);
        assertThat(isAnswered(1)).isFalse();
        step(new ControllerEvent.WaitOver(id(1)));
        assertThat(reply(1)).isEqualTo(new Reply.Accepted());

        invoke(2, Optional.empty(), 1500);
        assertThat(durabilityOfLastOrder()).isEqualTo(Durability.BEHIND);
        step(new ControllerEvent.WaitOver(id(2)));
        assertThat(isAnswered(2)).isFalse();
        pass(900);
        assertThat(isAnswered(2)).isFalse();
        pass(200);
        assertThat(reply(2)).isEqualTo(new Reply.Accepted());
        report(completed(lastOrder(), Optional.empty()));
        assertThat(all(ControllerEffect.Answer.class)).hasSize(2);
    }

    @Test
    void whoStopsWaitingBeforeTheOrderIsOnTheBusHearsWhatBecomesOfIt() {
        reaches = message -> !(message instanceof Activate);
        invoke(1, Optional.empty(), 1);
        invoke(2, Optional.empty(), 1);
        step(new ControllerEvent.WaitOver(id(1)));
        step(new ControllerEvent.WaitOver(id(2)));
        pass(1000);
        assertThat(all(ControllerEffect.Answer.class)).isEmpty();
        pass(1500);
        assertThat(reply(1)).isInstanceOf(Reply.Unavailable.class);
    }

    @Test
    void whoStopsWaitingWhileTheClaimIsOnItsWayHearsThatTheIdIsTaken() {
        var name = Optional.of(InstanceId.chosen("a"));
        invoke(1, name, 60_000);
        reaches = message -> !(message instanceof Claim);
        invoke(2, name, 1);
        step(new ControllerEvent.WaitOver(id(2)));
        assertThat(isAnswered(2)).isFalse();
        reaches = message -> true;
        pass(200);

        assertThat(reply(2)).isInstanceOf(Reply.Taken.class);
    }

    @Test
    void saysSoWhenTheBusDoesNotTakeTheOrder() {
        reaches = message -> !(message instanceof Activate);
        invoke(1, Optional.empty(), 0);
        pass(2500);

        assertThat(reply(1)).isInstanceOf(Reply.Unavailable.class);
        invoke(2, Optional.empty(), 0);
        assertThat(reply(2)).isInstanceOf(Reply.Unavailable.class);
    }

    @Test
    void answersAWaitingCallerWithTheRecord() {
        invoke(1, Optional.empty(), 60_000);
        started(lastOrder());
        assertThat(isAnswered(1)).isFalse();
        var record = ActivationRecord.internalError(lastOrder().activation(), 0, "x");
        report(completed(lastOrder(), Optional.of(record)));

        assertThat(reply(1)).isEqualTo(new Reply.Finished(record));
        assertThat(controller.inFlight()).isZero();
    }

    @Test
    void countsWhatIsInFlightAgainstTheLimit() {
        invoke(1, Optional.empty(), 0);
        invoke(2, Optional.empty(), 0);
        invoke(3, Optional.empty(), 0);

        assertThat(reply(3)).isEqualTo(new Reply.Throttled(2, 2));
    }

    @Test
    void anIdIsHeldUntilItsInstanceHasEndedAndReleasedBeforeTheAnswer() {
        var name = Optional.of(InstanceId.chosen("a"));
        invoke(1, name, 60_000);
        invoke(2, name, 0);
        assertThat(reply(2)).isEqualTo(new Reply.Taken(name.get(), Optional.empty()));
        started(lastOrder());
        report(completed(lastOrder(), Optional.empty()));

        int answer = effects.indexOf(new ControllerEffect.Answer(1, new Reply.Ended()));
        int release = effects.indexOf(all(ControllerEffect.Publish.class).stream()
                .filter(publish -> publish.message() instanceof Release)
                .findFirst()
                .orElseThrow());
        assertThat(release).isNotNegative().isLessThan(answer);
        assertThat(controller.claimsHeld()).isEmpty();
        invoke(3, name, 0);
        assertThat(reply(3)).isEqualTo(new Reply.Accepted());
    }

    @Test
    void whatADeadInvokerHadNotStartedRunsElsewhereAndTheRestEndsAsErrors() {
        invoke(1, Optional.empty(), 0);
        var first = lastOrder();
        invoke(2, Optional.empty(), 0);
        int lost = invokerOf(first);
        assertThat(invokerOf(lastOrder())).isEqualTo(lost);
        started(first);
        beating = Set.of(1 - lost);
        pass(8000);

        assertThat(published(InvokerDead.class))
                .extracting(InvokerDead::invoker)
                .contains(new InvokerId(lost));
        assertThat(published(DeathNotice.class)).isNotEmpty();
        assertThat(all(ControllerEffect.CreateRecord.class))
                .extracting(create -> create.record().activation().id())
                .containsExactly(id(1));
        assertThat(lastOrder().activation().id()).isEqualTo(id(2));
        assertThat(lastOrder().activation().attempt()).isEqualTo(1);
        assertThat(invokerOf(lastOrder())).isEqualTo(1 - lost);
    }

    @Test
    void aBusThatIsAwayBuriesNobody() {
        reaches = message -> !(message instanceof ControllerHeartbeat);
        beating = Set.of();
        pass(20_000);
        invoke(1, Optional.empty(), 0);
        assertThat(reply(1)).isInstanceOf(Reply.Unavailable.class);
        reaches = message -> true;
        pass(3000);
        beating = Set.of(0, 1);
        pass(3000);

        assertThat(published(InvokerDead.class)).isEmpty();
        invoke(2, Optional.empty(), 0);
        assertThat(reply(2)).isEqualTo(new Reply.Accepted());
    }

    @Test
    void aDeadIncarnationStaysDead() {
        beating = Set.of(0);
        pass(8000);
        append(Topic.HEALTH, 0, heartbeat(1, 101));
        int notices = published(DeathNotice.class).size();
        pass(1000);
        append(Topic.HEALTH, 0, heartbeat(1, 101));

        assertThat(published(DeathNotice.class).size()).isGreaterThan(notices);
        for (int i = 1; i <= 2; i++) {
            invoke(i, Optional.empty(), 0);
            assertThat(invokerOf(lastOrder())).isZero();
        }
    }

    @Test
    void aRefusedActivationIsPlacedAgainButNotForEver() {
        invoke(1, Optional.empty(), 60_000);
        for (int i = 0; i < 6; i++) {
            var order = lastOrder();
            assertThat(order.activation().attempt()).isEqualTo(i);
            report(new Refused(order, new InvokerId(invokerOf(order)), order.target(), "test"));
            pass(1500);
        }

        assertThat(published(Activate.class)).hasSize(6);
        assertThat(all(ControllerEffect.CreateRecord.class)).hasSize(1);
        assertThat(reply(1)).isEqualTo(new Reply.Ended());
    }

    @Test
    void aRefusalByALaterLifeDoesNotUndoAStart() {
        invoke(1, Optional.empty(), 0);
        var order = lastOrder();
        started(order);
        report(new Refused(order, new InvokerId(invokerOf(order)), new Incarnation(999), "not mine"));
        pass(1000);

        assertThat(published(Activate.class)).hasSize(1);
        assertThat(all(ControllerEffect.CreateRecord.class)).hasSize(1);
    }

    @Test
    void aReportOfASupersededAttemptCountsForNothing() {
        invoke(1, Optional.empty(), 60_000);
        var order = lastOrder();
        report(new Refused(order, new InvokerId(invokerOf(order)), order.target(), "test"));
        report(completed(order, Optional.empty()));

        assertThat(isAnswered(1)).isFalse();
        assertThat(controller.inFlight()).isEqualTo(1);
    }

    private void refused(Activate order) {
        report(new Refused(order, new InvokerId(invokerOf(order)), order.target(), "test"));
    }

    private static Activate under(Activate order, ControllerId controller, Epoch epoch) {
        return new Activate(
                order.activation().again(controller, epoch), order.target(), order.arguments(), order.environment());
    }

    @Test
    void eachAttemptGetsAnEpochOfItsOwnAlsoWhenAnotherControllerMadeTheOneBefore() {
        invoke(1, Optional.of(InstanceId.chosen("a")), 60_000);
        var order = lastOrder();
        var namespace = CALLER.namespace();
        var wanted = new Wanted(order.activation().instance(), id(1));
        var other = new ControllerId(1);
        // the other one took this controller for dead, and placed the activation again
        reaches = message -> !(message instanceof Claim);
        refused(order);
        var again = new Claim(
                namespace,
                other,
                List.of(wanted),
                Optional.of(order.activation().epoch()));
        var epoch = Epoch.ofClaim(1, append(Topic.CLAIMS, Topic.partitionOf(namespace), again));
        var theirs = under(order, other, epoch);
        placements.put(id(1) + "/1", new Target(new InvokerId(invokerOf(theirs)), theirs.target()));
        report(new Started(theirs.activation(), new InvokerId(invokerOf(theirs)), theirs.target()));
        refused(theirs);
        reaches = message -> true;
        pass(2000);

        assertThat(lastOrder().activation().attempt()).isEqualTo(2);
        assertThat(lastOrder().activation().epoch()).isGreaterThan(epoch);
    }

    @Test
    void readsTheClaimsAnewWhenTheLogWasTrimmedUnderIt() {
        var name = InstanceId.chosen("a");
        var namespace = CALLER.namespace();
        int partition = Topic.partitionOf(namespace);
        long reading = readings.entrySet().stream()
                .filter(one -> one.getValue().equals(new Place(Topic.CLAIMS.name(), partition)))
                .findFirst()
                .orElseThrow()
                .getKey();
        // what it does not get to read: another controller's claim, of which only the snapshot tells
        var held = new Held(namespace, name, Epoch.ofClaim(1, 500), id(9), new ControllerId(1));
        reaches = message -> !(message instanceof Claim);
        step(new ControllerEvent.Missed(reading));
        invoke(1, Optional.of(name), 0);
        assertThat(reply(1)).isInstanceOf(Reply.Unavailable.class);
        step(new ControllerEvent.Received(reading, 1000, new ClaimsSnapshot(namespace, 900, List.of(held))));
        logs.computeIfAbsent(new Place(Topic.CLAIMS.name(), partition), key -> new ArrayList<>())
                .addAll(Collections.nCopies(2000, new ClaimsSnapshot(namespace, 900, List.of())));
        reaches = message -> true;
        pass(1000);

        invoke(2, Optional.of(name), 0);
        pass(1000);
        assertThat(reply(2)).isEqualTo(new Reply.Taken(name, Optional.empty()));
    }

    @Test
    void aPlaceThatNeverComesBackIsTakenBack() {
        invoke(1, Optional.empty(), 60_000);
        started(lastOrder());
        pass(170_000);
        assertThat(controller.inFlight()).isEqualTo(1);
        pass(20_000);

        assertThat(controller.inFlight()).isZero();
        assertThat(all(ControllerEffect.CreateRecord.class)).hasSize(1);
    }

    @Test
    void whatWaitsForASlotKeepsItsInstanceIdForAsLongAsItsInvokerLives() {
        var name = Optional.of(InstanceId.chosen("a"));
        invoke(1, name, 60_000);
        var order = lastOrder();
        pass(600_000);

        assertThat(all(ControllerEffect.CreateRecord.class)).isEmpty();
        invoke(2, name, 0);
        assertThat(reply(2)).isInstanceOf(Reply.Taken.class);
        started(order);
        pass(170_000);
        assertThat(all(ControllerEffect.CreateRecord.class)).isEmpty();
        report(completed(order, Optional.empty()));
        assertThat(reply(1)).isEqualTo(new Reply.Ended());
        invoke(3, name, 0);
        assertThat(reply(3)).isEqualTo(new Reply.Accepted());
    }

    @Test
    void whatEndedWithoutAWordIsFoundInTheStore() {
        invoke(1, Optional.empty(), 60_000);
        pass(170_000);
        assertThat(all(ControllerEffect.FindRecord.class)).isEmpty();
        pass(20_000);
        assertThat(all(ControllerEffect.FindRecord.class))
                .containsExactly(new ControllerEffect.FindRecord(CALLER.namespace(), id(1)));
        step(new ControllerEvent.RecordCreated(id(1)));

        assertThat(controller.inFlight()).isZero();
        assertThat(reply(1)).isEqualTo(new Reply.Ended());
    }

    @Test
    void whatWaitedLongForASlotRunsElsewhereWhenItsInvokerDies() {
        invoke(1, Optional.of(InstanceId.chosen("a")), 60_000);
        int lost = invokerOf(lastOrder());
        pass(600_000);
        beating = Set.of(1 - lost);
        pass(20_000);

        assertThat(all(ControllerEffect.CreateRecord.class)).isEmpty();
        assertThat(lastOrder().activation().attempt()).isEqualTo(1);
        assertThat(invokerOf(lastOrder())).isEqualTo(1 - lost);
    }

    @Test
    void aControllerThatReadsItsOwnDeathBeginsAnew() {
        invoke(1, Optional.empty(), 60_000);
        var life = published(ControllerHeartbeat.class).getLast().life();
        append(Topic.HEALTH, 0, new ControllerDead(SELF, life, new ControllerId(1)));
        pass(3000);

        assertThat(reply(1)).isEqualTo(new Reply.Accepted());
        assertThat(published(ControllerHeartbeat.class).getLast().life()).isNotEqualTo(life);
        assertThat(controller.isReady()).isTrue();
    }

    @Test
    void whatAnEarlierLifeAcceptedIsNotLost() {
        var orphan = Orders.order(5, 0, 0, new Incarnation(55));
        var later = new ControllerLogic(SELF, 2, Set.of(new InvokerId(1)), Set.of(), Timing.DEFAULT, new Random(3));
        var sweep = later.start(nowMs).stream()
                .filter(effect -> effect instanceof ControllerEffect.Read read
                        && read.topic().equals(Topic.invoker(new InvokerId(1))))
                .map(ControllerEffect.Read.class::cast)
                .findFirst()
                .orElseThrow();
        later.step(new ControllerEvent.Received(sweep.reading(), 3, orphan), nowMs);

        assertThat(later.inFlight()).isEqualTo(1);
    }

    @Test
    void answersNobodyTwice() {
        invoke(1, Optional.empty(), 60_000);
        started(lastOrder());
        report(completed(lastOrder(), Optional.empty()));
        report(completed(lastOrder(), Optional.empty()));

        assertThat(all(ControllerEffect.Answer.class)).hasSize(1);
    }
}
