package pikachu.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.Entries.TENANT;
import static pikachu.core.directory.Entries.change;
import static pikachu.core.directory.Entries.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.messages.DirectoryMessage.DirectorySnapshot;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

class NamespaceViewTest {
    private final LocalMap own = Entries.localMap(1);
    private final NamespaceView view = new NamespaceView(TENANT, own, MergeRule.NEWEST, GoneKept.DEFAULT);

    private List<Entry> tell(Change... changes) {
        return view.apply(new DirectoryChanges(TENANT, List.of(changes), 0, 0), 0);
    }

    private NamespaceView.Refreshed tellAll(Change... changes) {
        return view.apply(new DirectorySnapshot(TENANT, List.of(changes)), 0);
    }

    @Test
    void showsOwnEntriesWithoutARoundTrip() {
        own.put(entry(1, "mine", 1, State.RUNNING), 0);

        assertThat(view.entries()).containsExactly(entry(1, "mine", 1, State.RUNNING));
    }

    @Test
    void ownNewsThatThePublisherHasNotHeardMakesNoDifferenceToItsChecksum() {
        var digest = new Digest();
        digest.add(change(2, 1, "theirs", 1, State.RUNNING));
        tell(change(2, 1, "theirs", 1, State.RUNNING));
        own.put(entry(1, "mine", 1, State.RUNNING), 0);

        assertThat(view.agrees(digest.live(), digest.checksum())).isTrue();
    }

    @Test
    void noticesThatAMessageWasLost() {
        var digest = new Digest();
        digest.add(change(2, 1, "a", 1, State.RUNNING));
        digest.add(change(2, 2, "lost", 1, State.RUNNING));
        tell(change(2, 1, "a", 1, State.RUNNING));

        assertThat(view.agrees(digest.live(), digest.checksum())).isFalse();
    }

    @Test
    void whatASnapshotDoesNotListIsGoneAndNoLateMessageBringsItBack() {
        tell(change(2, 5, "a", 7, State.RUNNING));

        assertThat(tellAll().removed()).isTrue();
        assertThat(tell(change(3, 9, "a", 6, State.RUNNING))).isEmpty();
        assertThat(view.entries()).isEmpty();
        assertThat(tell(change(2, 6, "a", 7, State.WAITING))).hasSize(1);
    }

    @Test
    void twoPublishersAtATimeDoNoHarm() {
        var first = change(2, 1, "a", 3, State.RUNNING);
        var second = change(2, 2, "a", 3, State.GONE);
        var third = change(2, 3, "a", 4, State.RUNNING);
        tell(first, second, third);
        var agreed = view.entries();

        // The other one is behind, and repeats all of it in an order of its own.
        tell(second);
        tell(first);
        tell(third, first);

        assertThat(view.entries()).isEqualTo(agreed).containsExactly(entry(2, "a", 4, State.RUNNING));
    }

    @Test
    void aJoinerGetsWhatIsOlderThanIt() {
        tellAll(change(2, 7, "running", 1, State.RUNNING), change(3, 9, "ended", 2, State.GONE));

        assertThat(view.entries())
                .containsExactlyInAnyOrder(entry(2, "running", 1, State.RUNNING), entry(3, "ended", 2, State.GONE));
    }

    @Test
    void theDeadDoNotComeBackAfterASnapshotThatNoLongerListsThem() {
        tell(change(2, 5, "a", 7, State.GONE));
        tellAll();

        assertThat(tell(change(2, 4, "a", 7, State.RUNNING))).isEmpty();
    }

    @Test
    void anOwnEntryOfAnOldEpochStaysCoveredByTheNewOneElsewhere() {
        own.put(entry(1, "a", 1, State.GONE), 0);
        tell(change(2, 1, "a", 2, State.RUNNING));
        assertThat(view.entries()).containsExactly(entry(2, "a", 2, State.RUNNING));

        tellAll();

        assertThat(view.entries()).isEmpty();
    }

    @Test
    void neverTakesAnEntryOfAnotherNamespace() {
        var foreign = new NamespaceView(new NamespaceName("other"), own, MergeRule.NEWEST, GoneKept.DEFAULT);
        foreign.apply(
                new DirectoryChanges(new NamespaceName("other"), List.of(change(2, 1, "a", 1, State.RUNNING)), 0, 0),
                0);

        assertThat(foreign.entries()).isEmpty();
    }

    @Test
    void forgetsTheGoneAfterAMinute() {
        tell(change(2, 1, "a", 1, State.GONE));

        assertThat(view.expire(59_999)).isZero();
        assertThat(view.expire(60_000)).isEqualTo(1);
        assertThat(view.entry(new InstanceId("a"))).isEmpty();
    }
}
