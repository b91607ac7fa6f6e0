package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.Status;
import pikachu.core.instances.Ending;
import pikachu.core.loops.InvokerEvent;

/** The paths that an activation can take to its container, and how each of them fails, with real processes. */
final class ContainersTest {
    private static final String PID = "import os\ndef main(args):\n    return {'pid': os.getpid()}\n";
    private static final long NEVER = 3_600_000;

    private InvokerGround ground;

    @AfterEach
    void close() throws IOException {
        ground.close();
    }

    private void begin(String kind, PoolSettings pool) throws IOException {
        ground = new InvokerGround(kind, pool);
    }

    private static PoolSettings with(List<Prewarm> prewarm, boolean followsDemand, long pauseMs) {
        return new PoolSettings(2_048, 10_000, pauseMs, NEVER, prewarm, followsDemand);
    }

    @Test
    void countsTheWaitUntilInitWhenColdAndUntilRunWhenWarm() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.driver.startMs = 300;

        var cold = ground.call("a");
        var warm = ground.call("a");

        assertThat(cold.status()).isEqualTo(Status.SUCCESS);
        assertThat(cold.initMs()).isPresent();
        assertThat(cold.waitMs().orElseThrow()).isBetween(300L, 20_000L);
        assertThat(cold.startMs() - cold.activation().acceptedMs()).isGreaterThanOrEqualTo(300);
        assertThat(warm.initMs()).isEmpty();
        assertThat(warm.waitMs().orElseThrow()).isLessThan(300);
        assertThat(ground.driver.started).hasSize(1);
    }

    @Test
    void startsAStemCellOnceItMayAndInitialisesTheFirstActionThere() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(InvokerGround.prewarm(InvokerGround.PYTHON, 1)), false, NEVER));
        assertThat(ground.stemCells()).isZero();
        ground.driver.startMs = 300;
        ground.prewarm();
        ground.awaitStemCells(1);

        var record = ground.call("a");

        assertThat(record.status()).isEqualTo(Status.SUCCESS);
        assertThat(record.initMs()).as("it is initialised").isPresent();
        assertThat(record.waitMs().orElseThrow())
                .as("it does not wait for a start")
                .isLessThan(300);
        ground.awaitStemCells(1);
        assertThat(ground.driver.started).as("the one taken and its successor").hasSize(2);
    }

    @Test
    void keepsStemCellsOfWhatWasAskedForAndSaysWhereTheInstanceIs() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(), true, NEVER));
        ground.prewarm();
        ground.call("a");
        ground.awaitStemCells(1);

        var job = ground.job("b", 60_000);
        var record = ground.call(job);

        assertThat(record.status()).isEqualTo(Status.SUCCESS);
        var cell = ground.driver.started.get(1).spec();
        assertThat(ground.events(InvokerEvent.Placed.class, InvokerEvent.Placed::activation, job))
                .extracting(InvokerEvent.Placed::address)
                .containsExactly(cell.endpoint().address());
        ground.awaitStemCells(2);
    }

    @Test
    void replacesAStemCellThatDied() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(InvokerGround.prewarm(InvokerGround.PYTHON, 1)), false, NEVER));
        ground.prewarm();
        ground.awaitStemCells(1);

        ground.driver.started.getFirst().signal("KILL");

        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.started.size() == 2);
        ground.awaitStemCells(1);
        assertThat(ground.call("a").status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void doesNotStartABrokenRuntimeOverAndOver() throws IOException {
        begin(InvokerGround.BROKEN, with(List.of(InvokerGround.prewarm(InvokerGround.BROKEN, 2)), false, NEVER));
        ground.prewarm();

        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.started.size() == StemCells.FAILURES);
        await().during(Duration.ofMillis(500)).until(() -> ground.driver.started.size() == StemCells.FAILURES);
    }

    @Test
    void makesStemCellsAnewAfterAllWasEnded() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(InvokerGround.prewarm(InvokerGround.PYTHON, 1)), false, NEVER));
        ground.prewarm();
        ground.awaitStemCells(1);

        ground.endAll();

        await().atMost(InvokerGround.LIMIT)
                .until(() -> ground.events.stream().anyMatch(InvokerEvent.AllEnded.class::isInstance));
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.started.size() == 2);
        ground.awaitStemCells(1);
        assertThat(ground.driver.started.getFirst().exited()).isDone();
    }

    @Test
    void leavesNothingWhenItStopsWhileAStemCellStarts() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(InvokerGround.prewarm(InvokerGround.PYTHON, 3)), false, NEVER));
        ground.prewarm();
        // one is there then, and the next is being made
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.started.size() == 2);

        ground.close();

        assertThat(ground.driver.started)
                .allMatch(container -> container.exited().isDone());
    }

    @Test
    void doesNotWaitForAStemCellThatNeverListensWhenItStops() throws IOException {
        begin(
                InvokerGround.SILENT,
                new PoolSettings(
                        2_048, 60_000, NEVER, NEVER, List.of(InvokerGround.prewarm(InvokerGround.SILENT, 1)), false));
        ground.prewarm();
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.started.size() == 1);

        ground.close();

        assertThat(ground.driver.exitedBeforeClose()).isTrue();
    }

    @Test
    void servesMoreThanFitsByTurnsAndTakesTheMemoryOfStemCellsForIt() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(InvokerGround.prewarm(InvokerGround.PYTHON, 4)), true, NEVER));
        ground.prewarm();
        ground.awaitStemCells(4);
        // of 256 MB each in 2,048
        var jobs = IntStream.range(0, 12)
                .mapToObj(i -> ground.job("a" + i, 60_000))
                .toList();

        jobs.forEach(ground::provide);

        assertThat(jobs)
                .allSatisfy(job -> assertThat(ground.record(job).status()).isEqualTo(Status.SUCCESS));
    }

    @Test
    void pausesAnIdleContainerAndResumesItBeforeItsNextRun() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(), false, 0));
        ground.define("a", PID);
        var first = ground.call("a");
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.pauses.get() == 1);

        var second = ground.call("a");

        assertThat(second.result()).isEqualTo(first.result());
        assertThat(second.initMs()).isEmpty();
        assertThat(ground.driver.resumes).hasValue(1);
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.pauses.get() == 2);
    }

    @Test
    void givesAnotherContainerToWhomItCannotResumeHisOwn() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(), false, 0));
        ground.call("a");
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.pauses.get() == 1);
        ground.driver.failsToResume = true;

        var job = ground.job("a", 60_000);
        var record = ground.call(job);

        assertThat(record.status()).isEqualTo(Status.SUCCESS);
        assertThat(record.initMs()).isPresent();
        assertThat(ground.events(InvokerEvent.Placed.class, InvokerEvent.Placed::activation, job))
                .as("its entry never names the container that could not be resumed")
                .extracting(InvokerEvent.Placed::address)
                .containsExactly(ground.driver.started.get(1).spec().endpoint().address());
        await().atMost(InvokerGround.LIMIT)
                .until(() -> ground.driver.started.getFirst().exited().isDone());
    }

    @Test
    void noticesThatAPausedContainerDied() throws IOException {
        begin(InvokerGround.PYTHON, with(List.of(), false, 0));
        ground.call("a");
        await().atMost(InvokerGround.LIMIT).until(() -> ground.driver.pauses.get() == 1);
        ground.driver.started.getFirst().signal("KILL");
        await().atMost(InvokerGround.LIMIT)
                .until(() -> ground.driver.started.getFirst().exited().isDone());

        var record = ground.call("a");

        assertThat(record.status()).isEqualTo(Status.SUCCESS);
        assertThat(record.initMs()).as("a new container").isPresent();
        assertThat(ground.driver.resumes).hasValue(0);
    }

    @Test
    void endsAnActivationWhoseContainerRanOutOfMemoryAndDoesNotReuseIt() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.call("a");
        ground.driver.runsOutOfMemory = true;
        var job = ground.job("a", 60_000);

        var record = ground.call(job);

        assertThat(record.status()).isEqualTo(Status.DEVELOPER_ERROR);
        assertThat(record.result().toString())
                .isEqualTo("{\"error\":\"The action exhausted its memory and was aborted.\"}");
        assertThat(endings(job)).containsExactly(Ending.OUT_OF_MEMORY);
        ground.driver.runsOutOfMemory = false;
        assertThat(ground.call("a").initMs()).as("a new container").isPresent();
    }

    @Test
    void saysThatMemoryRanOutAlsoWhenItTookTheRuntimeItself() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.driver.runsOutOfMemory = true;
        ground.define("init", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n");
        var inInit = ground.job("init", 60_000);

        var record = ground.call(inInit);

        assertThat(record.result().toString()).contains("exhausted its memory");
        assertThat(record.initMs()).isPresent();
        assertThat(endings(inInit)).containsExactly(Ending.OUT_OF_MEMORY);
    }

    @Test
    void saysSoWhenAContainerCannotBeStarted() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.driver.failsToStart = true;

        var record = ground.call("a");

        assertThat(record.status()).isEqualTo(Status.INTERNAL_ERROR);
        assertThat(record.result().toString()).contains("Failed to provision resources to run the action.");
        ground.driver.failsToStart = false;
        assertThat(ground.call("a").status())
                .as("its memory and number are free again")
                .isEqualTo(Status.SUCCESS);
    }

    @Test
    void saysSoWhenTheRuntimeEndsBeforeItListens() throws IOException {
        begin(InvokerGround.BROKEN, InvokerGround.PLAIN);
        var job = ground.job("a", 60_000);

        var record = ground.call(job);

        assertThat(record.status()).isEqualTo(Status.INTERNAL_ERROR);
        assertThat(record.result().toString())
                .contains("The runtime of kind broken:1 exited with code 3 before it listened.");
        assertThat(endings(job)).containsExactly(Ending.ERROR);
    }

    @Test
    void saysSoWhenTheRuntimeNeverListens() throws IOException {
        begin(InvokerGround.SILENT, new PoolSettings(2_048, 400, NEVER, NEVER, List.of(), false));

        var record = ground.call("a");

        assertThat(record.status()).isEqualTo(Status.INTERNAL_ERROR);
        assertThat(record.result().toString()).contains("The runtime of kind silent:1 did not listen within 400 ms.");
        assertThat(record.initMs()).isEmpty();
        await().atMost(InvokerGround.LIMIT)
                .until(() -> ground.driver.started.getFirst().exited().isDone());
    }

    @Test
    void removesAContainerWhoseInitFailedAndCountsItsTime() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.define("a", "import time\ntime.sleep(0.1)\nraise ValueError('no')\n");

        var record = ground.call("a");

        assertThat(record.status()).isEqualTo(Status.DEVELOPER_ERROR);
        assertThat(record.initMs().orElseThrow()).isGreaterThanOrEqualTo(100);
        await().atMost(InvokerGround.LIMIT)
                .until(() -> ground.driver.started.getFirst().exited().isDone());
    }

    @Test
    void countsTheTimeLimitFromInitAndNotFromTheStart() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.driver.startMs = 700;

        assertThat(ground.call(ground.job("a", 600)).status()).isEqualTo(Status.SUCCESS);

        ground.define("b", "import time\ntime.sleep(60)\n");
        var record = ground.call(ground.job("b", 500));
        assertThat(record.result().toString()).contains("500 milliseconds during initialization");
        assertThat(record.waitMs().orElseThrow()).isGreaterThanOrEqualTo(700);
        assertThat(record.initMs().orElseThrow()).isBetween(500L, 20_000L);
    }

    @Test
    void refusesAnActivationForWhichTheNetworkHasNoPlaceAndKeepsNothing() throws IOException {
        begin(InvokerGround.PYTHON, InvokerGround.PLAIN);
        ground.network.isFull = true;
        // more than fit at a time
        for (var i = 0; i < 9; i++) {
            var job = ground.job("a", 60_000);
            ground.provide(job);
            await().atMost(InvokerGround.LIMIT)
                    .untilAsserted(() -> assertThat(ground.events(
                                    InvokerEvent.NotStarted.class, InvokerEvent.NotStarted::activation, job))
                            .extracting(InvokerEvent.NotStarted::reason)
                            .containsExactly("The script has no address."));
        }

        ground.network.isFull = false;
        assertThat(ground.call("a").status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void forgetsANetworkOnlyAWhileAfterItsLastContainerHasGone() throws IOException {
        begin(InvokerGround.PYTHON, new PoolSettings(2_048, 10_000, NEVER, 400, List.of(), false));
        ground.define("a", "raise ValueError('no')\n");
        var job = ground.job("a", 60_000);
        ground.call(job);

        await().atMost(InvokerGround.LIMIT)
                .untilAsserted(() -> assertThat(ground.network.forgotten)
                        .containsExactly(job.activation().caller().namespace()));
        var kept = Duration.ofNanos(ground.network.forgottenAtNanos - ground.network.releasedAtNanos);
        assertThat(kept).isGreaterThanOrEqualTo(Duration.ofMillis(400));
    }

    private List<Ending> endings(Job job) {
        return ground.events(InvokerEvent.Gone.class, InvokerEvent.Gone::activation, job).stream()
                .map(InvokerEvent.Gone::how)
                .toList();
    }
}
