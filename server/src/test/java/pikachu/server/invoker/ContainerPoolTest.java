package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

final class ContainerPoolTest {
    private final ContainerPool<String> pool = new ContainerPool<>(1000, 10);
    private int made;

    @Test
    void makesAContainerWhenNoneIsWarm() {
        var job = job("guest", "a", 1, 256);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, 0));
        assertThat(pool.next()).isEmpty();
        assertThat(pool.takenMb()).isEqualTo(256);
    }

    @Test
    void usesTheWarmContainerOfTheSameActionThatWasUsedLast() {
        pool.idle(slot("old", "guest", "a", 1));
        pool.idle(slot("new", "guest", "a", 1));
        pool.add(job("guest", "a", 1, 256));

        assertThat(pool.next())
                .get()
                .isInstanceOfSatisfying(
                        ContainerPool.Reuse.class,
                        reuse -> assertThat(reuse.slot().container()).isEqualTo("new"));
    }

    @Test
    void neverSharesAContainerBetweenNamespacesActionsOrRevisions() {
        pool.idle(slot("other namespace", "other", "a", 1));
        pool.idle(slot("other action", "guest", "b", 1));
        pool.idle(slot("other revision", "guest", "a", 2));
        var job = job("guest", "a", 1, 100);
        pool.add(job);

        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
    }

    @Test
    void removesTheLongestIdleContainerToMakeRoomAndWaitsUntilItIsGone() {
        take("guest", "a", 600);
        take("guest", "b", 400);
        pool.idle(new ContainerPool.Slot<>("first", key("guest", "a", 1), 600, 1));
        pool.idle(new ContainerPool.Slot<>("second", key("guest", "b", 1), 400, 2));
        var job = job("guest", "c", 1, 500);
        pool.add(job);

        assertThat(pool.next())
                .get()
                .isInstanceOfSatisfying(
                        ContainerPool.Remove.class,
                        remove -> assertThat(remove.slot().container()).isEqualTo("first"));
        assertThat(pool.next()).as("nothing more until the first is gone").isEmpty();

        pool.removed(0, 600);
        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, 0));
    }

    @Test
    void letsNothingOvertakeTheFirstInLine() {
        take("guest", "a", 900);
        var large = job("guest", "b", 1, 500);
        var small = job("guest", "c", 1, 50);
        pool.add(large);
        pool.add(small);

        assertThat(pool.next()).isEmpty();
        assertThat(pool.waiting()).isEqualTo(2);
    }

    @Test
    void refusesWhatCanNeverFit() {
        var job = job("guest", "a", 1, 1001);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.TooLarge<>(job, 1000));
        assertThat(pool.waiting()).isZero();
    }

    @Test
    void takesOutContainersThatNobodyUsed() {
        pool.idle(new ContainerPool.Slot<>("old", key("guest", "a", 1), 100, 10));
        pool.idle(new ContainerPool.Slot<>("young", key("guest", "a", 1), 100, 30));

        assertThat(pool.expire(20)).extracting(ContainerPool.Slot::container).containsExactly("old");
        assertThat(pool.leaveIfIdle("young")).isTrue();
        assertThat(pool.leaveIfIdle("young")).isFalse();
    }

    private void take(String namespace, String action, int memoryMb) {
        pool.add(job(namespace, action, 1, memoryMb));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
    }

    private ContainerPool.Slot<String> slot(String container, String namespace, String action, long revision) {
        return new ContainerPool.Slot<>(container, key(namespace, action, revision), 100, 0);
    }

    private static PoolKey key(String namespace, String action, long revision) {
        var name = new NamespaceName(namespace);
        return new PoolKey(name, new ActionName(name, new EntityName(action)), revision);
    }

    private Job job(String namespace, String action, long revision, int memoryMb) {
        var name = new NamespaceName(namespace);
        var id = new ActivationId(String.format("%032x", made++));
        var activation = new Activation(
                id,
                0,
                new ControllerId(0),
                new Caller(name, "uuid", "subject", Optional.empty()),
                new ActionRef(
                        new ActionName(name, new EntityName(action)),
                        "0.0.1",
                        revision,
                        "python:3",
                        new Limits(60_000, memoryMb, 10, 1)),
                InstanceId.of(id),
                new Epoch(0),
                Optional.empty(),
                0,
                0,
                "t");
        return new Job(activation, JsonText.EMPTY_OBJECT, JsonText.EMPTY_OBJECT);
    }
}
