package pikachu.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.Entries.TENANT;
import static pikachu.core.directory.Entries.change;
import static pikachu.core.directory.Entries.entry;
import static pikachu.core.directory.Entries.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pikachu.core.instances.Change;
import pikachu.core.instances.State;
import pikachu.core.messages.DirectoryMessage.DirectoryChanges;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** Of much that ends only the latest is told of, and still nothing of it comes alive again. */
class ForgettingTest {
    private static final GoneKept FEW = new GoneKept(60_000, 3, 2);

    private final List<Change> published = new ArrayList<>();
    private final GlobalMap global = new GlobalMap(FEW, MergeRule.NEWEST, published::add);
    private final LocalMap local = new LocalMap(new Incarnation(1), FEW);
    private final NamespaceView view = new NamespaceView(TENANT, local, MergeRule.NEWEST, FEW);

    private static String unchosen(int number) {
        return "%032x".formatted(number);
    }

    private void end(int count) {
        for (int i = 0; i < count; i++) {
            local.put(entry(1, unchosen(i), 0, State.GONE), 0);
        }
    }

    private void tell(Change... changes) {
        view.apply(new DirectoryChanges(TENANT, List.of(changes), 0, 0), 0);
        view.expire(0);
    }

    @Test
    void theLatestAreKeptAndThoseWithChosenIdsApart() {
        local.put(entry(1, "chosen", 1, State.GONE), 0);
        end(100);
        local.take(1000);

        assertThat(local.expire(0)).hasSize(98);
        assertThat(local.entries(TENANT))
                .extracting(each -> each.id().value())
                .containsExactlyInAnyOrder("chosen", unchosen(98), unchosen(99));
    }

    @Test
    void anEndThatNobodyHasBeenToldOfIsNotForgottenForOthersSake() {
        end(5);

        assertThat(local.expire(0)).isEmpty();
        local.take(1000);
        assertThat(local.expire(0)).hasSize(3);
    }

    @Test
    void theGlobalMapKeepsTheLatestAndStaysInStep() {
        local.put(entry(1, "alive", 1, State.RUNNING), 0);
        end(100);

        assertThat(global.apply(heartbeat(1, local), 0)).isTrue();

        assertThat(published).hasSize(101);
        assertThat(global.entries(TENANT)).hasSize(3);
        assertThat(global.digest(TENANT).live()).isEqualTo(1);
    }

    @Test
    void aLateMessageOfAnotherInvokerDoesNotBringBackWhatTheGlobalMapForgot() {
        for (int i = 0; i < 10; i++) {
            local.put(entry(1, "id" + i, 5, State.GONE), 0);
        }
        global.apply(heartbeat(1, local), 0);
        published.clear();
        var late = new LocalMap(new Incarnation(2), FEW);
        late.put(entry(2, "id0", 5, State.RUNNING), 0);
        late.put(entry(2, "id1", 4, State.RUNNING), 0);
        late.put(entry(2, "id2", 6, State.RUNNING), 0);
        global.apply(heartbeat(2, late), 59_000);

        assertThat(published).extracting(each -> each.entry().id().value()).containsExactly("id2");
    }

    @Test
    void aRepeatedMessageDoesNotBringBackWhatAViewForgot() {
        var began = change(2, 1, unchosen(0), 0, State.RUNNING);
        tell(began, change(2, 2, unchosen(0), 0, State.GONE));
        for (int i = 1; i < 10; i++) {
            tell(change(2, 2 + i, unchosen(i), 0, State.GONE));
        }
        assertThat(view.entry(new InstanceId(unchosen(0)))).isEmpty();

        tell(began);
        assertThat(view.entry(new InstanceId(unchosen(0)))).isEmpty();
        tell(change(3, 1, unchosen(0), 1, State.RUNNING));
        assertThat(view.entry(new InstanceId(unchosen(0)))).isPresent();
    }

    @Test
    void whatWasToldOfTheOwnPastDoesNotShowWhatTheLocalMapForgot() {
        var own = new ArrayList<Change>();
        local.put(entry(1, unchosen(0), 0, State.RUNNING), 0);
        own.addAll(local.take(1));
        end(10);
        local.take(1000);
        local.expire(0);

        tell(own.getFirst());

        assertThat(view.entry(new InstanceId(unchosen(0)))).isEmpty();
        assertThat(view.entries()).extracting(each -> each.id().value()).doesNotContain(unchosen(0));
        assertThat(view.agrees(1, Digest.hash(own.getFirst()))).isTrue();
    }

    @Test
    void aFloorHoldsForItsTimeAndEachNamespaceHasItsOwn() {
        var floors = new Floors(60_000);
        var other = new NamespaceName("other");
        var ids = IntStream.range(0, 10_000)
                .mapToObj(i -> new InstanceId(unchosen(i)))
                .toList();
        ids.forEach(id -> floors.add(TENANT, id, new Epoch(7), 0));
        floors.add(TENANT, ids.getFirst(), new Epoch(3), 0);

        assertThat(ids).allMatch(id -> floors.covers(TENANT, id, new Epoch(7)));
        assertThat(ids).allMatch(id -> floors.covers(TENANT, id, new Epoch(6)));
        assertThat(ids).noneMatch(id -> floors.covers(TENANT, id, new Epoch(8)));
        assertThat(ids).noneMatch(id -> floors.covers(other, id, new Epoch(7)));
        assertThat(floors.covers(TENANT, new InstanceId("new"), new Epoch(0))).isFalse();
        floors.expire(60_000);
        assertThat(ids).allMatch(id -> floors.covers(TENANT, id, new Epoch(7)));
        floors.expire(120_000);
        assertThat(ids).noneMatch(id -> floors.covers(TENANT, id, new Epoch(7)));
    }
}
