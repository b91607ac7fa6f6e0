package pikachu.core.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.loops.Orders.TENANT;
import static pikachu.core.loops.Orders.id;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.Status;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.CompletedMessage.Refused;
import pikachu.core.messages.CompletedMessage.Started;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.messages.DirectoryMessage.DirectorySnapshot;
import pikachu.core.messages.HealthMessage.DirectoryWanted;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.messages.InvokerMessage.MapWanted;
import pikachu.core.messages.Message;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

class InvokerLogicTest {
    private final InvokerLogic invoker = new InvokerLogic(new InvokerId(0), 4096, Timing.DEFAULT, new Random(1));
    private final List<InvokerEffect> effects = new ArrayList<>();
    private Predicate<Message> reaches = message -> true;
    private long nowMs = 1_000_000;
    private long position;

    /** Steps, and lets the bus answer each publication at once. */
    private void step(InvokerEvent event) {
        for (var effect : invoker.step(event, nowMs)) {
            effects.add(effect);
            if (effect instanceof InvokerEffect.Publish publish) {
                step(new InvokerEvent.PublishDone(
                        publish.publication(),
                        reaches.test(publish.message())
                                ? new Published.Appended(++position)
                                : new Published.Failed("test")));
            }
        }
    }

    private void pass(long ms) {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += 100;
            step(new InvokerEvent.Tick());
        }
    }

    private void order(int number, int attempt, Incarnation target, long at) {
        step(new InvokerEvent.Received(at, Orders.order(number, attempt, 0, target)));
    }

    private void startOne() {
        step(new InvokerEvent.Tick());
        step(new InvokerEvent.NamespaceHosted(TENANT));
        order(1, 0, invoker.incarnation(), 7);
        step(new InvokerEvent.Placed(id(1), "100.64.0.1", 65433, nowMs + 60_000));
        step(new InvokerEvent.Ready(id(1)));
    }

    private <T> List<T> all(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private <T> List<T> published(Class<T> type) {
        return all(InvokerEffect.Publish.class).stream()
                .map(InvokerEffect.Publish::message)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private List<State> shownStates() {
        return all(InvokerEffect.Show.class).stream()
                .flatMap(show -> show.changed().stream())
                .map(Entry::state)
                .toList();
    }

    @Test
    void announcesBeforeItRunsAndMovesItsPositionOnlyThen() {
        startOne();

        var order = effects.stream()
                .filter(effect -> effect instanceof InvokerEffect.Run
                        || effect instanceof InvokerEffect.Settle
                        || (effect instanceof InvokerEffect.Publish publish && publish.message() instanceof Started))
                .map(effect -> effect.getClass().getSimpleName())
                .toList();
        assertThat(order).containsExactly("Publish", "Run", "Settle");
    }

    @Test
    void anAsynchronousStartIsCommittedFirst() {
        startOne();

        assertThat(all(InvokerEffect.Publish.class))
                .filteredOn(publish -> publish.message() instanceof Started)
                .extracting(InvokerEffect.Publish::durability)
                .containsExactly(Durability.COMMITTED);
    }

    @Test
    void startsNothingWithoutALease() {
        reaches = message -> !(message instanceof Heartbeat);
        step(new InvokerEvent.Tick());
        order(1, 0, invoker.incarnation(), 7);

        assertThat(all(InvokerEffect.Provide.class)).isEmpty();
        assertThat(published(Refused.class)).hasSize(1);
        assertThat(all(InvokerEffect.Settle.class)).containsExactly(new InvokerEffect.Settle(7));
    }

    @Test
    void holdsWhatIsReadyUntilTheLeaseIsBackAndGivesItUpAfterAWhile() {
        step(new InvokerEvent.Tick());
        order(1, 0, invoker.incarnation(), 7);
        reaches = message -> !(message instanceof Heartbeat);
        pass(3500);
        step(new InvokerEvent.Ready(id(1)));

        assertThat(published(Started.class)).isEmpty();
        pass(11_000);
        assertThat(all(InvokerEffect.Run.class)).isEmpty();
        assertThat(all(InvokerEffect.Drop.class)).hasSize(1);
        assertThat(published(Refused.class)).hasSize(1);
    }

    @Test
    void afterALongGapItWaitsForItsDeathNoticeBeforeItStartsAnything() {
        step(new InvokerEvent.Tick());
        order(1, 0, invoker.incarnation(), 7);
        nowMs += 7000; // paused
        step(new InvokerEvent.Tick());
        step(new InvokerEvent.Ready(id(1)));

        assertThat(all(InvokerEffect.Run.class)).isEmpty();
        pass(2500);
        var echo = published(MapWanted.class);
        assertThat(echo).hasSize(1);
        step(new InvokerEvent.Received(8, echo.getFirst()));
        assertThat(all(InvokerEffect.Run.class)).hasSize(1);
    }

    @Test
    void aStartOfUnknownOutcomeIsTriedAgainAndRunOnce() {
        reaches = message -> !(message instanceof Started);
        startOne();
        assertThat(all(InvokerEffect.Run.class)).isEmpty();
        reaches = message -> true;
        pass(2000);

        assertThat(all(InvokerEffect.Run.class)).hasSize(1);
    }

    @Test
    void anOrderThatComesTwiceRunsOnce() {
        startOne();
        order(1, 0, invoker.incarnation(), 7);
        step(new InvokerEvent.Gone(id(1), Ending.FINISHED));
        step(new InvokerEvent.Finished(id(1), Status.SUCCESS, Optional.empty(), true));
        order(1, 0, invoker.incarnation(), 9);

        assertThat(all(InvokerEffect.Provide.class)).hasSize(1);
        assertThat(all(InvokerEffect.Run.class)).hasSize(1);
        assertThat(all(InvokerEffect.Settle.class)).contains(new InvokerEffect.Settle(9));
        assertThat(published(Refused.class)).isEmpty();
    }

    @Test
    void anOrderForAnEarlierLifeIsRefusedAndSettledOnlyWhenTheBusHasTheRefusal() {
        reaches = message -> !(message instanceof Refused);
        step(new InvokerEvent.Tick());
        order(1, 0, new Incarnation(99), 7);

        assertThat(published(Refused.class).getFirst().activate().activation().id())
                .isEqualTo(id(1));
        assertThat(all(InvokerEffect.Settle.class)).isEmpty();
        reaches = message -> true;
        pass(2000);
        assertThat(all(InvokerEffect.Settle.class)).containsExactly(new InvokerEffect.Settle(7));
    }

    @Test
    void anEntryIsTiedToItsActivationOnEveryPath() {
        startOne();
        assertThat(shownStates()).containsExactly(State.STARTING, State.RUNNING);
        step(new InvokerEvent.Finished(id(1), Status.APPLICATION_ERROR, Optional.empty(), true)); // no Gone before it

        assertThat(shownStates()).containsExactly(State.STARTING, State.RUNNING, State.GONE);
        assertThat(published(Completed.class)).hasSize(1);
    }

    @Test
    void aResultIsToldAgainUntilTheBusHasIt() {
        startOne();
        reaches = message -> !(message instanceof Completed);
        step(new InvokerEvent.Finished(id(1), Status.SUCCESS, Optional.empty(), true));
        pass(5000);
        assertThat(invoker.isIdle()).isFalse();
        reaches = message -> true;
        pass(1500);

        assertThat(invoker.isIdle()).isTrue();
    }

    @Test
    void changesAreSentAtOnceAndRideInTheHeartbeatWhenOneIsDue() {
        startOne();
        nowMs += 5;
        step(new InvokerEvent.Tick());

        var extra = published(Heartbeat.class).getLast();
        assertThat(extra.isDue()).isFalse();
        assertThat(extra.changes())
                .extracting(Change::entry)
                .extracting(Entry::state)
                .containsExactly(State.RUNNING);
        int sent = published(Heartbeat.class).size();
        pass(900);
        assertThat(published(Heartbeat.class)).hasSize(sent); // no change, no traffic
    }

    @Test
    void oneLateHeartbeatDoesNotStopTheNext() {
        reaches = message -> !(message instanceof Heartbeat);
        pass(3000);
        reaches = message -> true;
        int failed = published(Heartbeat.class).size();
        pass(3000);

        assertThat(failed).isEqualTo(3);
        assertThat(published(Heartbeat.class)).hasSize(6);
        assertThat(invoker.mayStart(nowMs)).isTrue();
    }

    @Test
    void itsOwnDeathEndsEverythingAndBeginsANewLife() {
        startOne();
        var before = invoker.incarnation();
        step(new InvokerEvent.Received(8, new DeathNotice(before)));
        int beats = published(Heartbeat.class).size();
        pass(2000);

        assertThat(all(InvokerEffect.EndAll.class)).hasSize(1);
        assertThat(published(Heartbeat.class)).hasSize(beats);
        assertThat(invoker.directory(TENANT)).isEmpty();
        step(new InvokerEvent.Finished(id(1), Status.SUCCESS, Optional.empty(), true));
        assertThat(published(Completed.class)).isEmpty();

        step(new InvokerEvent.AllEnded());
        assertThat(invoker.incarnation()).isNotEqualTo(before);
        assertThat(published(Heartbeat.class).getLast().incarnation()).isEqualTo(invoker.incarnation());
    }

    @Test
    void aDeathNoticeForAnotherLifeChangesNothing() {
        startOne();
        step(new InvokerEvent.Received(8, new DeathNotice(new Incarnation(5))));

        assertThat(all(InvokerEffect.EndAll.class)).isEmpty();
    }

    @Test
    void answersWhoeverLacksItsMapAtOnceButNotTooOften() {
        startOne();
        for (int i = 0; i < 10; i++) {
            step(new InvokerEvent.Received(20 + i, new MapWanted(new ControllerId(0))));
        }
        assertThat(published(MapSnapshot.class)).hasSize(1);
        pass(200);
        assertThat(published(MapSnapshot.class)).hasSize(2);
    }

    @Test
    void asksForTheDirectoryUntilItHasItAndReadsOnlyWhatItHosts() {
        startOne();
        assertThat(all(InvokerEffect.ReadDirectory.class)).hasSize(1);
        pass(3500);
        assertThat(published(DirectoryWanted.class).size()).isBetween(3, 5);

        step(new InvokerEvent.NamespaceLeft(TENANT));
        assertThat(all(InvokerEffect.StopReadingDirectory.class)).hasSize(1);
    }

    @Test
    void asksAgainWhenItsViewDiffersForLongerThanNewsIsOnItsWay() {
        startOne();
        step(new InvokerEvent.DirectoryReceived(new DirectorySnapshot(TENANT, List.of())));
        int asked = published(DirectoryWanted.class).size();
        step(new InvokerEvent.DirectoryReceived(new DirectoryChanges(TENANT, List.of(), 1, 42)));
        assertThat(published(DirectoryWanted.class)).hasSize(asked);
        pass(1500);

        assertThat(published(DirectoryWanted.class).size()).isGreaterThan(asked);
    }
}
