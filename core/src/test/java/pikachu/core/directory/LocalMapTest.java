package pikachu.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.Entries.TENANT;
import static pikachu.core.directory.Entries.entry;

import org.junit.jupiter.api.Test;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;

class LocalMapTest {
    private final LocalMap map = Entries.localMap(1);

    @Test
    void keepsAnInstanceThatIsRemovedAndAddedAgainInOneBatch() {
        map.put(entry(1, "a", 1, State.RUNNING), 0);
        map.put(entry(1, "a", 1, State.GONE), 0);
        map.put(entry(1, "a", 2, State.STARTING), 0);

        var changes = map.take(100);

        assertThat(changes).extracting(Change::entry).containsExactly(entry(1, "a", 2, State.STARTING));
        assertThat(map.digest().live()).isEqualTo(1);
    }

    @Test
    void aWarmContainerNeverShowsItsFormerId() {
        map.put(entry(1, "former", 1, State.RUNNING), 0);
        map.put(entry(1, "former", 1, State.GONE), 0);
        map.put(entry(1, "now", 2, State.RUNNING), 0);

        assertThat(map.put(entry(1, "former", 1, State.RUNNING), 1)).isFalse();
        assertThat(map.entries(TENANT)).filteredOn(Entry::isAlive).containsExactly(entry(1, "now", 2, State.RUNNING));
    }

    @Test
    void sequenceAndChecksumDescribeWhatHasBeenTakenAndNothingElse() {
        map.put(entry(1, "a", 1, State.RUNNING), 0);
        map.put(entry(1, "b", 1, State.RUNNING), 0);

        map.take(1);

        assertThat(map.sequence()).isEqualTo(1);
        assertThat(map.digest().live()).isEqualTo(1);
        assertThat(map.hasPending()).isTrue();
        assertThat(map.told()).hasSize(1);
    }

    @Test
    void theChecksumIsThatOfAnEmptyMapOnceAllHaveGone() {
        for (int i = 0; i < 50; i++) {
            map.put(entry(1, "i" + i, 1, State.RUNNING), 0);
        }
        map.take(100);
        assertThat(map.digest().checksum()).isNotZero();
        for (int i = 0; i < 50; i++) {
            map.put(entry(1, "i" + i, 1, State.GONE), 0);
        }
        map.take(100);

        assertThat(map.digest().is(0, 0)).isTrue();
    }

    @Test
    void tellsAPeerThatAsksLateHowAnInstanceEndedForSixtySeconds() {
        map.put(entry(1, "a", 1, State.GONE), 0);
        map.take(10);

        assertThat(map.expire(59_999)).isEmpty();
        assertThat(map.entry(TENANT, new InstanceId("a"))).isPresent();
        assertThat(map.expire(60_000)).hasSize(1);
        assertThat(map.entry(TENANT, new InstanceId("a"))).isEmpty();
    }

    @Test
    void doesNotForgetAnEndThatNobodyHasBeenToldOf() {
        map.put(entry(1, "a", 1, State.RUNNING), 0);
        map.take(10);
        map.put(entry(1, "a", 1, State.GONE), 0);

        assertThat(map.expire(70_000)).isEmpty();
        assertThat(map.take(10)).hasSize(1);
        assertThat(map.expire(140_000)).hasSize(1);
    }

    @Test
    void anExpiryOfTheOldEpochDoesNotTakeTheNewOne() {
        map.put(entry(1, "a", 1, State.GONE), 0);
        map.put(entry(1, "a", 2, State.RUNNING), 10);
        map.take(10);

        assertThat(map.expire(100_000)).isEmpty();
        assertThat(map.entry(TENANT, new InstanceId("a"))).contains(entry(1, "a", 2, State.RUNNING));
    }

    @Test
    void aNewLifeBeginsWithAnEmptyMap() {
        map.put(entry(1, "a", 1, State.RUNNING), 0);
        map.take(10);
        map.begin(new Incarnation(9));

        assertThat(map.sequence()).isZero();
        assertThat(map.digest().is(0, 0)).isTrue();
        assertThat(map.entries(TENANT)).isEmpty();
    }
}
