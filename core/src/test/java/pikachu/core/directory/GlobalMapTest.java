package pikachu.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.Entries.TENANT;
import static pikachu.core.directory.Entries.change;
import static pikachu.core.directory.Entries.entry;
import static pikachu.core.directory.Entries.heartbeat;
import static pikachu.core.directory.Entries.localMap;
import static pikachu.core.directory.Entries.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;

class GlobalMapTest {
    private final List<Change> published = new ArrayList<>();
    private final GlobalMap map = new GlobalMap(GoneKept.DEFAULT, MergeRule.NEWEST, published::add);
    private final LocalMap first = localMap(1);
    private final LocalMap second = localMap(2);

    private Optional<Entry> find(String id) {
        return map.entry(TENANT, new InstanceId(id));
    }

    @Test
    void publishesTheChangesOfEveryInvokerNotOnlyTheLast() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        second.put(entry(2, "b", 2, State.RUNNING), 0);
        map.apply(heartbeat(1, first), 0);
        map.apply(heartbeat(2, second), 0);

        assertThat(published).extracting(each -> each.entry().id().value()).containsExactly("a", "b");
        assertThat(map.digest(TENANT).live()).isEqualTo(2);
    }

    @Test
    void forgetsTheEntriesOfACrashedInvoker() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        second.put(entry(2, "b", 2, State.RUNNING), 0);
        map.apply(heartbeat(1, first), 0);
        map.apply(heartbeat(2, second), 0);

        map.end(new InvokerId(1), new Incarnation(1), 1);

        assertThat(find("a").orElseThrow().ending()).contains(Ending.HOST_LOST);
        assertThat(find("b").orElseThrow().isAlive()).isTrue();
        map.expire(61_000);
        assertThat(find("a")).isEmpty();
        assertThat(find("b")).isPresent();
    }

    @Test
    void aNewIncarnationEndsWhatTheOneBeforeLeft() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        map.apply(heartbeat(1, first), 0);

        var empty = localMap(1);
        var reborn = new Heartbeat(
                new InvokerId(1),
                new Incarnation(77),
                true,
                heartbeat(1, empty).capacity(),
                0,
                0,
                0,
                List.of(),
                List.of());

        assertThat(map.apply(reborn, 1)).isTrue();
        assertThat(find("a").orElseThrow().ending()).contains(Ending.HOST_LOST);
    }

    @Test
    void noticesALostMessageByTheNextOnesChecksumAndIsRepairedByASnapshot() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        first.put(entry(1, "b", 1, State.RUNNING), 0);
        map.apply(heartbeat(1, first), 0);
        first.put(entry(1, "a", 1, State.GONE), 0);
        first.put(entry(1, "c", 1, State.RUNNING), 0);
        first.take(10); // lost

        assertThat(map.apply(heartbeat(1, first), 1)).isFalse();
        assertThat(map.isInStep()).isFalse();
        map.apply(snapshot(1, first), 2);

        assertThat(map.isInStep()).isTrue();
        assertThat(find("a").orElseThrow().isAlive()).isFalse();
        assertThat(find("c").orElseThrow().isAlive()).isTrue();
        assertThat(map.apply(heartbeat(1, first), 3)).isTrue();
    }

    @Test
    void aSnapshotEndsWhatItDoesNotList() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        map.apply(heartbeat(1, first), 0);
        first.put(entry(1, "a", 1, State.GONE), 0);
        first.take(10);
        first.expire(70_000);

        map.apply(snapshot(1, first), 70_000);

        assertThat(find("a").orElseThrow().isAlive()).isFalse();
    }

    @Test
    void applyingAHeartbeatTwiceOrLateChangesNothing() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        var early = heartbeat(1, first);
        first.put(entry(1, "a", 1, State.GONE), 0);
        var late = heartbeat(1, first);
        map.apply(early, 0);
        map.apply(late, 0);
        int changes = published.size();

        map.apply(late, 0);
        map.apply(early, 0);

        assertThat(published).hasSize(changes);
        assertThat(find("a").orElseThrow().isAlive()).isFalse();
    }

    @Test
    void aReusedIdNeverShowsTheOldAddressAgain() {
        first.put(entry(1, "a", 1, State.RUNNING), 0);
        second.put(entry(2, "a", 2, State.RUNNING), 0);
        map.apply(heartbeat(2, second), 0);
        map.apply(heartbeat(1, first), 0);

        assertThat(find("a").orElseThrow().address()).isEqualTo("100.64.2.2");
        first.put(entry(1, "a", 1, State.GONE), 0);
        map.apply(heartbeat(1, first), 0);
        assertThat(find("a").orElseThrow().isAlive()).isTrue();
    }

    @Test
    void theMergeRuleTakesEpochThenEndThenSequence() {
        var rule = MergeRule.NEWEST;
        var running = change(1, 5, "a", 1, State.RUNNING);

        assertThat(rule.replaces(change(1, 4, "a", 1, State.STARTING), running)).isFalse();
        assertThat(rule.replaces(change(1, 6, "a", 1, State.WAITING), running)).isTrue();
        assertThat(rule.replaces(change(1, 4, "a", 1, State.GONE), running)).isTrue();
        assertThat(rule.replaces(running, change(1, 4, "a", 1, State.GONE))).isFalse();
        assertThat(rule.replaces(change(2, 1, "a", 2, State.STARTING), running)).isTrue();
        assertThat(rule.replaces(change(2, 9, "a", 0, State.GONE), running)).isFalse();
        // unsigned: a large generation is not negative
        assertThat(rule.replaces(change(2, 1, "a", -1, State.STARTING), running))
                .isTrue();
    }
}
