package pikachu.server.invoker;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.instances.Entry;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;

/**
 * The containers of one invoker and what runs in them. Its state belongs to the invoker's loop: every method but {@link
 * #start}, {@link #close} and those of {@link Sink} is called there. What takes time is handed to {@link ActivationRunner}.
 *
 * <p>While an activation has a container, either a thread holds it (RESUMING, PREPARING, RUNNING), which gives it back, or
 * it waits for the word to run (READY) and whoever decides that it will not, gives it back here. Given back, it becomes
 * idle or is removed.
 */
final class Containers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
    private static final int MAX_CONTAINERS = 1_000;

    /** What runs when the platform stops may end by itself for so long. */
    private static final long GRACE_MS = 2_000;

    private static final long CLOSE_SECONDS = 15;

    /** How long the end of an incarnation waits for its containers. */
    private static final long END_MS = 10_000;

    private final InvokerSettings settings;
    private final EventLoop<InvokerEvent> loop;
    private final LongSupplier clock;
    private final Deadlines deadlines;
    private final RecordWriter records;
    private final ActivationRunner runner;
    private final ContainerPool<HostedContainer> pool;
    private final LiveContainers live;
    private final CellKeeper cells;
    private final Map<ActivationId, Placed> placed = new HashMap<>();
    private final CountDownLatch empty = new CountDownLatch(1);
    private boolean isPrewarming;
    private boolean isEnding;

    /** Incarnations that have been ended. */
    private long ended;

    private boolean isSweeping;
    private boolean isStopping;

    Containers(String name, InvokerSettings settings, LongSupplier clock, EventLoop<InvokerEvent> loop) {
        this.settings = settings;
        this.loop = loop;
        this.clock = clock;
        this.deadlines = new Deadlines(name);
        this.records = new RecordWriter(settings.store(), name);
        this.pool = new ContainerPool<>(settings.pool().memoryMb(), MAX_CONTAINERS);
        this.live = new LiveContainers(settings, loop, this::exited, this::removed);
        var hosting = new Hosting(settings, loop::post);
        var stemCells = new StemCells(settings.pool().prewarm(), settings.pool().followsDemand());
        this.cells = new CellKeeper(stemCells, pool, live, hosting, loop, this::isQuiet);
        this.runner = new ActivationRunner(
                hosting, settings.codes(), deadlines, records, settings.recordForm(), clock, new Sink());
    }

    /** Before the loop starts. */
    void start() {
        live.sweep();
        records.start();
    }

    /** Stem cells are kept from now on. From any thread. */
    void prewarm() {
        loop.execute(() -> {
            isPrewarming = true;
            if (!isEnding && !isStopping) {
                cells.begin();
            }
        });
    }

    private boolean isQuiet() {
        return pool.waiting() == 0 && placed.values().stream().noneMatch(one -> one.phase() == Phase.PREPARING);
    }

    int waiting() {
        return pool.waiting();
    }

    /** Stem cells that wait for an action. */
    int stemCells() {
        return pool.cells();
    }

    void provide(Job job) {
        if (!isStopping) {
            pool.add(job);
            dispatch();
        }
    }

    private void dispatch() {
        for (var step = pool.next(); step.isPresent(); step = pool.next()) {
            switch (step.get()) {
                case ContainerPool.Reuse<HostedContainer> reuse
                when !reuse.container().isAlive() -> replace(reuse.job(), reuse.container());
                case ContainerPool.Reuse<HostedContainer> reuse
                when reuse.isPaused() -> resume(reuse.job(), reuse.container());
                case ContainerPool.Reuse<HostedContainer> reuse -> reuse(reuse.job(), reuse.container());
                case ContainerPool.Take<HostedContainer> take
                when !take.cell().isAlive() -> {
                    cells.died(take.cell());
                    replace(take.job(), take.cell());
                }
                case ContainerPool.Take<HostedContainer> take -> take(take.job(), take.cell());
                case ContainerPool.Create<HostedContainer> create -> create(create.job(), create.number());
                case ContainerPool.Remove<HostedContainer> remove -> live.remove(remove.container());
                case ContainerPool.TooLarge<HostedContainer> large -> refuse(large.job(), large.memoryMb());
            }
        }
    }

    /** The container has died and nobody has heard of it yet. */
    private void replace(Job job, HostedContainer dead) {
        pool.leaving(dead.number());
        live.remove(dead);
        pool.addFirst(job);
    }

    private void reuse(Job job, HostedContainer hosted) {
        place(job, hosted, Phase.READY);
        loop.post(runner.placed(job, hosted));
        loop.post(new InvokerEvent.Ready(job.activation().id()));
    }

    /** Nobody is told where the activation is before it is sure that it will be there. */
    private void resume(Job job, HostedContainer hosted) {
        place(job, hosted, Phase.RESUMING);
        live.resume(hosted, isAwake -> resumed(job, hosted, isAwake));
    }

    private void resumed(Job job, HostedContainer hosted, boolean isAwake) {
        var id = job.activation().id();
        var isWanted = placed.remove(id) != null && !hosted.isAbandoned() && !isStopping;
        if (isWanted && isAwake && hosted.isAlive()) {
            reuse(job, hosted);
        } else {
            if (isWanted) {
                pool.addFirst(job);
            }
            giveBack(hosted, isAwake);
        }
    }

    private void take(Job job, HostedContainer cell) {
        cells.asked(cell.key());
        place(job, cell, Phase.PREPARING);
        loop.post(runner.placed(job, cell));
        Thread.ofVirtual().start(() -> runner.initialise(job, cell));
    }

    private void create(Job job, int number) {
        var key = CellKey.of(job.activation());
        cells.asked(key);
        try {
            var hosted = live.make(number, key);
            place(job, hosted, Phase.PREPARING);
            Thread.ofVirtual().start(() -> runner.prepare(job, hosted));
        } catch (UncheckedIOException e) {
            pool.removed(number);
            notStarted(job, String.valueOf(e.getMessage()));
        }
    }

    private void notStarted(Job job, String reason) {
        loop.post(new InvokerEvent.NotStarted(job.activation().id(), reason));
    }

    private void place(Job job, HostedContainer hosted, Phase phase) {
        placed.put(job.activation().id(), new Placed(job, hosted, phase));
        hosted.serves(job.activation().id());
    }

    private void refuse(Job job, int memoryMb) {
        LOG.warn(
                "event=action_too_large activation={} wanted_mb={} have_mb={}",
                job.activation().id(),
                job.memoryMb(),
                memoryMb);
        Thread.ofVirtual().start(() -> runner.fail(job, "The action asks for more memory than an invoker has."));
    }

    /** /init is done. Nobody waits for it any more if the activation was dropped or everything ended meanwhile. */
    private void ready(Job job, HostedContainer hosted) {
        var id = job.activation().id();
        if (placed.containsKey(id) && !isStopping && !hosted.isAbandoned()) {
            placed.put(id, new Placed(job, hosted, Phase.READY));
            loop.post(new InvokerEvent.Ready(id));
        } else {
            placed.remove(id);
            giveBack(hosted, true);
        }
    }

    /** The activation may run now. */
    void run(ActivationId id) {
        var one = placed.get(id);
        if (one != null && one.phase() == Phase.READY) {
            placed.put(id, new Placed(one.job(), one.hosted(), Phase.RUNNING));
            Thread.ofVirtual().start(() -> runner.run(one.job(), one.hosted()));
        }
    }

    /** The activation will not run here; its container is as good as before. */
    void drop(ActivationId id) {
        var one = placed.remove(id);
        if (one == null) {
            return;
        }
        switch (one.phase()) {
            case READY -> giveBack(one.hosted(), true);
            // The runner gives it back, and reports nothing.
            case PREPARING, RUNNING -> one.hosted().abandon();
            case RESUMING -> {}
        }
    }

    private void finished(Job job, HostedContainer hosted, boolean isReusable) {
        placed.remove(job.activation().id());
        giveBack(hosted, isReusable);
    }

    private void giveBack(HostedContainer hosted, boolean isReusable) {
        var isGood = isReusable && hosted.isAlive() && !hosted.isAbandoned();
        if (isGood && !isEnding && !isStopping) {
            pool.idle(hosted, hosted.number(), hosted.action(), clock.getAsLong());
        } else {
            pool.leaving(hosted.number());
            live.remove(hosted);
        }
        dispatch();
    }

    private void exited(HostedContainer hosted) {
        var isCell = hosted.served().isEmpty();
        if (pool.leaveIfUnused(hosted)) {
            if (isCell) {
                cells.died(hosted);
            } else {
                LOG.info("event=idle_container_lost container={} exit=\"{}\"", hosted.number(), hosted.describeExit());
            }
            live.remove(hosted);
        }
    }

    private void removed(HostedContainer hosted, boolean isFree) {
        if (isFree) {
            pool.removed(hosted.number());
        } else {
            pool.lost(hosted.number());
        }
        if (live.isEmpty()) {
            nothingLives();
        }
        dispatch();
    }

    private void nothingLives() {
        if (isStopping) {
            empty.countDown();
        }
        if (isEnding) {
            sweepAndBeginAnew();
        }
    }

    void show(NamespaceName namespace, List<Entry> changed) {
        live.show(namespace, changed);
    }

    void showAll(NamespaceName namespace, List<Entry> entries) {
        live.showAll(namespace, entries);
    }

    /** Lets functions see what has been shown. */
    void writeDirectory() {
        live.writeDirectory();
    }

    void tick(long now) {
        pool.expire(now - settings.pool().idleMs()).forEach(live::remove);
        pool.pause(now - settings.pool().pauseMs()).forEach(live::pause);
        cells.tick(now);
        live.tick(now);
    }

    /** The incarnation is dead: what runs is killed and neither reported nor recorded, since others answer for it now. */
    void endAll() {
        isEnding = true;
        endUnused();
        var ending = ++ended;
        deadlines.arm(END_MS, () -> loop.execute(() -> waitNoLonger(ending)));
        endPlaced(HostedContainer::abandon);
        if (live.isEmpty()) {
            nothingLives();
        }
    }

    private void endUnused() {
        cells.end();
        pool.clear().forEach(live::remove);
    }

    /** Those that wait for the word are given back here, the others by the runner once their process is dead. */
    private void endPlaced(Consumer<HostedContainer> mark) {
        for (var one : List.copyOf(placed.values())) {
            mark.accept(one.hosted());
            if (one.phase() == Phase.READY) {
                placed.remove(one.job().activation().id());
                giveBack(one.hosted(), false);
            } else {
                Thread.ofVirtual().start(one.hosted()::kill);
            }
        }
    }

    /** What does not end keeps its number and its memory, and is abandoned already. */
    private void waitNoLonger(long ending) {
        if (isEnding && ending == ended) {
            LOG.error("event=containers_left after_ms={} containers={}", END_MS, live.size());
            sweepAndBeginAnew();
        }
    }

    private void sweepAndBeginAnew() {
        if (!isSweeping) {
            isSweeping = true;
            live.sweepAgain(this::beginAnew);
        }
    }

    private void beginAnew() {
        isSweeping = false;
        isEnding = false;
        if (isPrewarming && !isStopping) {
            cells.begin();
        }
        loop.post(new InvokerEvent.AllEnded());
    }

    /**
     * Lets what runs end by itself for a moment, then ends it, recorded as stopped; what has not started stays unsettled on
     * the bus. Not on the loop.
     */
    @Override
    public void close() {
        loop.execute(this::stop);
        try {
            if (loop.isAlive() && !empty.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=containers_left after_ms={} containers={}", 1_000 * CLOSE_SECONDS, live.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        records.close();
        deadlines.close();
        try (var network = settings.network();
                var driver = settings.driver()) {
            LOG.debug("event=closing driver={} network={}", driver.name(), network.name());
        }
    }

    private void stop() {
        isStopping = true;
        endUnused();
        for (var one : placed.values()) {
            if (one.phase() == Phase.PREPARING) {
                one.hosted().stop();
                Thread.ofVirtual().start(one.hosted()::kill);
            }
        }
        deadlines.arm(GRACE_MS, () -> loop.execute(() -> endPlaced(HostedContainer::stop)));
        if (live.isEmpty()) {
            nothingLives();
        }
    }

    private enum Phase {
        RESUMING,
        PREPARING,
        READY,
        RUNNING
    }

    /** An activation and the container that it got. */
    private record Placed(Job job, HostedContainer hosted, Phase phase) {}

    /** What the runner's threads report. */
    private final class Sink implements ActivationRunner.Sink {
        @Override
        public void tell(InvokerEvent event) {
            loop.post(event);
        }

        @Override
        public void notStarted(Job job, HostedContainer hosted, String reason) {
            loop.execute(() -> {
                finished(job, hosted, false);
                Containers.this.notStarted(job, reason);
            });
        }

        @Override
        public void ready(Job job, HostedContainer hosted) {
            loop.execute(() -> Containers.this.ready(job, hosted));
        }

        @Override
        public void done(Job job, HostedContainer hosted, boolean isReusable) {
            loop.execute(() -> finished(job, hosted, isReusable));
        }
    }
}
