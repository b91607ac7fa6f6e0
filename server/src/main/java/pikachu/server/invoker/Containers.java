package pikachu.server.invoker;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.instances.Entry;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;

/**
 * The containers of one invoker and what runs in them. Its state belongs to the invoker's loop: every method but {@link
 * #start}, {@link #close} and those of {@link Sink} is called there. What takes time is handed to {@link ActivationRunner}.
 *
 * <p>A container is in {@code live} from its making until nothing is left of it. While an activation has it, either the
 * runner's thread holds it (PREPARING, RUNNING), which gives it back by {@code done}, or it waits for the word to run
 * (READY) and whoever decides that it will not, gives it back here. Given back, it becomes idle or is removed.
 */
final class Containers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
    private static final int MAX_CONTAINERS = 1_000;

    /** What runs when the platform stops may end by itself for so long. */
    private static final long GRACE_MS = 2_000;

    private static final long CLOSE_SECONDS = 15;

    private final InvokerSettings settings;
    private final EventLoop<InvokerEvent> loop;
    private final LongSupplier clock;
    private final Deadlines deadlines;
    private final RecordWriter records;
    private final ActivationRunner runner;
    private final ContainerPool<HostedContainer> pool;
    private final NamespaceFolders namespaces;
    private final Set<HostedContainer> live = new HashSet<>();
    private final Map<ActivationId, Placed> placed = new HashMap<>();
    private final CountDownLatch empty = new CountDownLatch(1);
    private boolean isEnding;
    private boolean isStopping;

    Containers(String name, InvokerSettings settings, LongSupplier clock, EventLoop<InvokerEvent> loop) {
        this.settings = settings;
        this.loop = loop;
        this.clock = clock;
        this.deadlines = new Deadlines(name);
        this.records = new RecordWriter(settings.store(), name);
        this.pool = new ContainerPool<>(settings.memoryMb(), MAX_CONTAINERS);
        this.namespaces = new NamespaceFolders(settings.folder().resolve("directory"), loop::post);
        this.runner = new ActivationRunner(
                new Hosting(settings, loop::post),
                settings.codes(),
                deadlines,
                records,
                settings.recordForm(),
                clock,
                new Sink());
    }

    /** Before the loop starts. */
    void start() {
        settings.driver().sweep().forEach(found -> LOG.info("event=swept what=\"{}\"", found));
        records.start();
    }

    int waiting() {
        return pool.waiting();
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
                case ContainerPool.Reuse<HostedContainer> reuse ->
                    reuse(reuse.job(), reuse.slot().container());
                case ContainerPool.Create<HostedContainer> create -> create(create.job(), create.number());
                case ContainerPool.Remove<HostedContainer> remove ->
                    remove(remove.slot().container());
                case ContainerPool.TooLarge<HostedContainer> large -> refuse(large.job(), large.memoryMb());
            }
        }
    }

    private void reuse(Job job, HostedContainer hosted) {
        place(job, hosted, Phase.READY);
        loop.post(new InvokerEvent.Ready(job.activation().id()));
    }

    private void create(Job job, int number) {
        var namespace = job.activation().caller().namespace();
        try {
            var folder = namespaces.enter(namespace);
            var endpoint = settings.network().attach(namespace);
            var hosted = new HostedContainer(number, PoolKey.of(job.activation()), job.memoryMb(), endpoint, folder);
            namespaces.add(hosted);
            live.add(hosted);
            place(job, hosted, Phase.PREPARING);
            Thread.ofVirtual().start(() -> runner.prepare(job, hosted));
        } catch (ContainerFailure | UncheckedIOException e) {
            pool.leaving(job.memoryMb());
            pool.removed(number, job.memoryMb());
            namespaces.leaveIfEmpty(namespace);
            // Somebody else may have room; the controller sees to it that this is not asked for ever.
            loop.post(new InvokerEvent.NotStarted(job.activation().id(), String.valueOf(e.getMessage())));
        }
    }

    private void place(Job job, HostedContainer hosted, Phase phase) {
        var id = job.activation().id();
        placed.put(id, new Placed(job, hosted, phase));
        hosted.serves(id);
        var deadline = clock.getAsLong() + job.timeoutMs();
        loop.post(new InvokerEvent.Placed(id, hosted.endpoint().address(), RunRequest.INSTANCE_PORT, deadline));
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
        if (placed.containsKey(id) && !isStopping) {
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
        }
    }

    private void finished(Job job, HostedContainer hosted, boolean isReusable) {
        placed.remove(job.activation().id());
        giveBack(hosted, isReusable);
    }

    private void giveBack(HostedContainer hosted, boolean isReusable) {
        var isGood = isReusable && hosted.isAlive() && !hosted.isAbandoned();
        if (isGood && !isEnding && !isStopping) {
            pool.idle(new ContainerPool.Slot<>(hosted, hosted.key(), hosted.memoryMb(), clock.getAsLong()));
        } else {
            pool.leaving(hosted.memoryMb());
            remove(hosted);
        }
        dispatch();
    }

    private void exited(HostedContainer hosted) {
        if (pool.leaveIfIdle(hosted)) {
            LOG.info("event=idle_container_died container={}", hosted.number());
            remove(hosted);
        }
    }

    /** Counts as leaving already. Whatever happens to it, it leaves the books. */
    private void remove(HostedContainer hosted) {
        Thread.ofVirtual().start(() -> {
            var isGone = false;
            try {
                hosted.close();
                isGone = true;
            } catch (RuntimeException e) {
                LOG.error("event=container_survives container={} reason=\"{}\"", hosted.number(), e.getMessage());
            } finally {
                var isFree = isGone;
                loop.execute(() -> removed(hosted, isFree));
            }
        });
    }

    /** The number and address of a container that could not be removed are not used again. */
    private void removed(HostedContainer hosted, boolean isFree) {
        if (isFree) {
            settings.network().release(hosted.endpoint());
            pool.removed(hosted.number(), hosted.memoryMb());
        } else {
            pool.lost(hosted.memoryMb());
        }
        live.remove(hosted);
        namespaces.remove(hosted);
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
            Thread.ofVirtual().start(this::sweepAndBeginAnew);
        }
    }

    void show(NamespaceName namespace, List<Entry> changed) {
        namespaces.show(namespace, changed);
    }

    void showAll(NamespaceName namespace, List<Entry> entries) {
        namespaces.showAll(namespace, entries);
    }

    /** Lets functions see what has been shown. */
    void writeDirectory() {
        namespaces.write();
    }

    void tick(long now) {
        pool.expire(now - settings.idleMs()).forEach(slot -> remove(slot.container()));
        namespaces.tick(now);
    }

    /** The incarnation is dead: what runs is killed and neither reported nor recorded, since others answer for it now. */
    void endAll() {
        isEnding = true;
        endPlaced(HostedContainer::abandon);
        pool.clear().forEach(slot -> remove(slot.container()));
        if (live.isEmpty()) {
            nothingLives();
        }
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

    private void sweepAndBeginAnew() {
        try {
            settings.driver().sweep();
        } catch (RuntimeException e) {
            LOG.error("event=sweep_failed reason=\"{}\"", e.getMessage());
        } finally {
            loop.execute(() -> {
                isEnding = false;
                loop.post(new InvokerEvent.AllEnded());
            });
        }
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
                LOG.warn("event=containers_left after_seconds={}", CLOSE_SECONDS);
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
        pool.clear().forEach(slot -> remove(slot.container()));
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
        public void started(HostedContainer hosted) {
            hosted.whenExited(() -> loop.execute(() -> exited(hosted)));
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
