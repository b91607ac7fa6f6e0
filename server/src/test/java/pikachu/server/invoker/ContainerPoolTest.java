package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pikachu.core.names.NamespaceName;

final class ContainerPoolTest {
    private final ContainerPool<String> pool = new ContainerPool<>(1000, 10);
    private final Jobs jobs = new Jobs("python:3");
    private final Map<String, Integer> numbers = new HashMap<>();

    @Test
    void makesAContainerWhenNoneIsWarm() {
        var job = jobs.job("guest", "a", 1, 256);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, 0));
        assertThat(pool.next()).isEmpty();
        assertThat(pool.takenMb()).isEqualTo(256);
    }

    @Test
    void usesTheWarmContainerOfTheSameActionThatWasUsedLast() {
        warm("old", "guest", "a", 1, 100, 1);
        warm("new", "guest", "a", 1, 100, 2);
        var job = jobs.job("guest", "a", 1, 100);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Reuse<>(job, "new", false));
        assertThat(pool.takenMb()).isEqualTo(200);
    }

    @Test
    void neverSharesAContainerBetweenNamespacesActionsOrRevisions() {
        warm("other namespace", "other", "a", 1, 100, 1);
        warm("other action", "guest", "b", 1, 100, 2);
        warm("other revision", "guest", "a", 2, 100, 3);
        pool.add(jobs.job("guest", "a", 1, 100));

        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
    }

    @Test
    void removesTheLongestIdleContainerToMakeRoomAndWaitsUntilItIsGone() {
        warm("first", "guest", "a", 1, 600, 1);
        warm("second", "guest", "b", 1, 400, 2);
        var job = jobs.job("guest", "c", 1, 500);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Remove<>("first"));
        assertThat(pool.next()).as("nothing more until the first is gone").isEmpty();

        pool.removed(numbers.get("first"));
        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, numbers.get("first")));
    }

    @Test
    void letsNothingOvertakeTheFirstInLine() {
        take("guest", "a", 900);
        pool.add(jobs.job("guest", "b", 1, 500));
        pool.add(jobs.job("guest", "c", 1, 50));

        assertThat(pool.next()).isEmpty();
        assertThat(pool.waiting()).isEqualTo(2);
    }

    @Test
    void givesAnotherContainerFirstToWhoGotOneThatIsOfNoUse() {
        take("guest", "a", 900);
        pool.add(jobs.job("guest", "b", 1, 100));
        var first = jobs.job("guest", "c", 1, 100);
        pool.addFirst(first);

        assertThat(pool.next()).contains(new ContainerPool.Create<>(first, 1));
    }

    @Test
    void refusesWhatCanNeverFit() {
        var job = jobs.job("guest", "a", 1, 1001);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.TooLarge<>(job, 1000));
        assertThat(pool.waiting()).isZero();
    }

    @Test
    void takesOutContainersThatNobodyUsed() {
        warm("old", "guest", "a", 1, 100, 10);
        warm("young", "guest", "a", 1, 100, 30);

        assertThat(pool.expire(20)).containsExactly("old");
        assertThat(pool.leaveIfUnused("young")).isTrue();
        assertThat(pool.leaveIfUnused("young")).isFalse();
    }

    @Test
    void pausesEachContainerOnceAndSaysWhoIsPaused() {
        warm("old", "guest", "a", 1, 100, 10);
        warm("young", "guest", "b", 1, 100, 30);

        assertThat(pool.pause(20)).containsExactly("old");
        assertThat(pool.pause(20)).isEmpty();

        var paused = jobs.job("guest", "a", 1, 100);
        pool.add(paused);
        assertThat(pool.next()).contains(new ContainerPool.Reuse<>(paused, "old", true));
        var awake = jobs.job("guest", "b", 1, 100);
        pool.add(awake);
        assertThat(pool.next()).contains(new ContainerPool.Reuse<>(awake, "young", false));
    }

    @Test
    void pausesAContainerAgainThatWasUsedMeanwhile() {
        warm("one", "guest", "a", 1, 100, 10);
        assertThat(pool.pause(20)).containsExactly("one");
        pool.add(jobs.job("guest", "a", 1, 100));
        pool.next();

        assertThat(pool.pause(100)).as("while it is busy").isEmpty();
        pool.idle("one", numbers.get("one"), key("guest", "a", 1), 50);
        assertThat(pool.pause(20)).as("before the grace is over").isEmpty();
        assertThat(pool.pause(60)).containsExactly("one");
    }

    @Test
    void noticesThatAPausedContainerDied() {
        warm("one", "guest", "a", 1, 100, 10);
        pool.pause(20);

        assertThat(pool.leaveIfUnused("one")).isTrue();
        pool.add(jobs.job("guest", "a", 1, 100));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
    }

    @Test
    void givesAStemCellToAnActionThatHasNoWarmContainer() {
        cell("cell", "guest", 256);
        var job = jobs.job("guest", "a", 1, 256);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Take<>(job, "cell"));
        assertThat(pool.takenMb()).isEqualTo(256);
        assertThat(pool.cellCounts()).isEmpty();
    }

    @Test
    void prefersAWarmContainerToAStemCell() {
        warm("warm", "guest", "a", 1, 100, 1);
        cell("cell", "guest", 100);
        var job = jobs.job("guest", "a", 1, 100);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Reuse<>(job, "warm", false));
    }

    @Test
    void givesNoStemCellToAnotherNamespaceKindOrMemory() {
        cell("cell", "guest", 100);
        pool.add(jobs.job("other", "a", 1, 100));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
        pool.add(jobs.job("guest", "a", 1, 128));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
        pool.add(new Jobs("nodejs:20").job("guest", "a", 1, 100));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
        assertThat(pool.cellCounts()).hasSize(1);
    }

    @Test
    void lendsStemCellsOnlyWhatNobodyUses() {
        take("guest", "a", 700);

        assertThat(pool.lend(cellKey("guest", 400))).isEmpty();
        assertThat(pool.lend(cellKey("guest", 200))).isPresent();
        assertThat(pool.lend(cellKey("guest", 200))).as("the rest is too small").isEmpty();
        assertThat(pool.takenMb()).isEqualTo(700);
    }

    @Test
    void letsNobodyWaitForAStemCellToGo() {
        cell("older", "guest", 400);
        cell("younger", "guest", 400);
        var job = jobs.job("guest", "a", 1, 500);
        pool.add(job);

        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, 2));
        assertThat(pool.next()).contains(new ContainerPool.Remove<>("older"));
        assertThat(pool.next()).as("500 and 400 are not too much").isEmpty();
    }

    @Test
    void removesStemCellsBeforeWarmContainersWhenNumbersRunOut() {
        var small = new ContainerPool<String>(1000, 2);
        small.add(jobs.job("guest", "a", 1, 100));
        small.next();
        small.idle("warm", 0, key("guest", "a", 1), 1);
        small.ready("cell", small.lend(cellKey("guest", 100)).orElseThrow(), cellKey("guest", 100));
        var job = jobs.job("guest", "b", 1, 64);
        small.add(job);

        assertThat(small.next()).contains(new ContainerPool.Remove<>("cell"));
        assertThat(small.next()).as("its number is not free yet").isEmpty();
        small.removed(1);
        assertThat(small.next()).contains(new ContainerPool.Create<>(job, 1));
    }

    @Test
    void givesBackWhatAStemCellHadThatCouldNotBeMade() {
        var key = cellKey("guest", 1000);
        var number = pool.lend(key).orElseThrow();
        assertThat(pool.cellCounts()).containsEntry(key, 1);
        assertThat(pool.lend(key)).isEmpty();

        pool.failed(number, key);
        assertThat(pool.cellCounts()).isEmpty();
        pool.removed(number);
        assertThat(pool.lend(key)).hasValue(number);
    }

    @Test
    void noticesThatAStemCellDied() {
        cell("cell", "guest", 100);

        assertThat(pool.leaveIfUnused("cell")).isTrue();
        pool.removed(numbers.get("cell"));
        pool.add(jobs.job("guest", "a", 1, 100));
        assertThat(pool.next()).get().isInstanceOf(ContainerPool.Create.class);
    }

    @Test
    void takesOutStemCellsTooWhenAllIsToEnd() {
        warm("warm", "guest", "a", 1, 100, 1);
        take("guest", "b", 100);
        cell("cell", "guest", 100);
        pool.add(jobs.job("guest", "c", 1, 1000));

        assertThat(pool.clear()).containsExactlyInAnyOrder("cell", "warm");
        assertThat(pool.waiting()).isZero();
        assertThat(pool.cellCounts()).isEmpty();
    }

    @Test
    void keepsTheNumberOfAContainerThatCouldNotBeRemovedButNotItsMemory() {
        take("guest", "a", 1000);
        pool.leaving(0);
        pool.lost(0);

        var job = jobs.job("guest", "b", 1, 1000);
        pool.add(job);
        assertThat(pool.next()).contains(new ContainerPool.Create<>(job, 1));
    }

    private int take(String namespace, String action, int memoryMb) {
        var job = jobs.job(namespace, action, 1, memoryMb);
        pool.add(job);
        var step = pool.next().orElseThrow();
        assertThat(step).isInstanceOf(ContainerPool.Create.class);
        return ((ContainerPool.Create<String>) step).number();
    }

    /** One that has run an activation, made although others of its action may be idle. */
    private void warm(String container, String namespace, String action, long revision, int memoryMb, long now) {
        var number = take(namespace, "first of " + container, memoryMb);
        numbers.put(container, number);
        pool.idle(container, number, key(namespace, action, revision), now);
    }

    private void cell(String container, String namespace, int memoryMb) {
        var key = cellKey(namespace, memoryMb);
        var number = pool.lend(key).orElseThrow();
        numbers.put(container, number);
        pool.ready(container, number, key);
    }

    private static CellKey cellKey(String namespace, int memoryMb) {
        return new CellKey(new NamespaceName(namespace), "python:3", memoryMb);
    }

    private PoolKey key(String namespace, String action, long revision) {
        return PoolKey.of(jobs.job(namespace, action, revision, 1).activation());
    }
}
