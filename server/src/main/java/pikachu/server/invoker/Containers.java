package pikachu.server.invoker;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.directory.files.Readers;
import pikachu.core.instances.Entry;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;

/**
 * The containers of one invoker and what runs in them. Its state belongs to the invoker's loop: every method but those of
 * {@link Sink} is called there. What takes time is handed to {@link ActivationRunner} on virtual threads.
 */
final class Containers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
    private static final int MAX_CONTAINERS = 1_000;
    private static final long CLOSE_SECONDS = 15;

    private final InvokerSettings settings;
    private final EventLoop<InvokerEvent> loop;
    private final LongSupplier clock;
    private final Deadlines deadlines;
    private final RecordWriter records;
    private final ActivationRunner runner;
    private final Hosting hosting;
    private final ContainerPool<HostedContainer> pool;
    private final Set<HostedContainer> live = new HashSet<>();
    private final Map<ActivationId, Placed> placed = new HashMap<>();
    private final Map<NamespaceName, Hosted> namespaces = new HashMap<>();
    private final CountDownLatch empty = new CountDownLatch(1);
    private boolean isEnding;
    private boolean isStopping;

    Containers(String name, InvokerSettings settings, LongSupplier clock, EventLoop<InvokerEvent> loop) {
        this.settings = settings;
        this.loop = loop;
        this.clock = clock;
        this.deadlines = new Deadlines(name);
        this.records = new RecordWriter(settings.store(), name);
        this.hosting = new Hosting(settings, loop::post);
        this.pool = new ContainerPool<>(settings.memoryMb(), MAX_CONTAINERS);
        this.runner = new ActivationRunner(
                hosting, settings.codes(), deadlines, records, settings.recordForm(), clock, new Sink());
    }

    void start() {
        settings.driver().sweep().forEach(found -> LOG.info("event=swept what=\"{}\"", found));
        records.start();
    }

    int waiting() {
        return pool.waiting();
    }

    void provide(Job job) {
        pool.add(job);
        dispatch();
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
        place(job, hosted);
        loop.post(new InvokerEvent.Ready(job.activation().id()));
    }

    private void create(Job job, int number) {
        var namespace = job.activation().caller().namespace();
        try {
            var endpoint = settings.network().attach(namespace);
            var home = host(namespace);
            var hosted =
                    new HostedContainer(number, PoolKey.of(job.activation()), job.memoryMb(), endpoint, home.folder());
            home.containers().add(hosted);
            live.add(hosted);
            place(job, hosted);
            Thread.ofVirtual().start(() -> runner.prepare(job, hosted));
        } catch (ContainerFailure e) {
            LOG.warn(
                    "event=container_not_made activation={} reason={}",
                    job.activation().id(),
                    e.getMessage());
            pool.leaving(job.memoryMb());
            pool.removed(number, job.memoryMb());
            fail(job, "Failed to provision resources to run the action.");
        }
    }

    private void place(Job job, HostedContainer hosted) {
        var id = job.activation().id();
        placed.put(id, new Placed(job, hosted));
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
        fail(job, "The action asks for more memory than an invoker has.");
    }

    private void fail(Job job, String why) {
        Thread.ofVirtual().start(() -> runner.fail(job, why));
    }

    private Hosted host(NamespaceName namespace) {
        var known = Optional.ofNullable(namespaces.get(namespace));
        if (known.isPresent()) {
            return known.get();
        }
        var hosted = new Hosted(folder(namespace), new HashSet<>());
        namespaces.put(namespace, hosted);
        loop.post(new InvokerEvent.NamespaceHosted(namespace));
        return hosted;
    }

    private DirectoryFolder folder(NamespaceName namespace) {
        return new DirectoryFolder(
                settings.folder().resolve("directory"), namespace, Readers.EVERYBODY, InstantSource.system());
    }

    /** The activation may run now. */
    void run(ActivationId id) {
        Optional.ofNullable(placed.get(id))
                .ifPresent(one -> Thread.ofVirtual().start(() -> runner.run(one.job(), one.hosted())));
    }

    /** The activation will not run here; its container is as good as before. */
    void drop(ActivationId id) {
        Optional.ofNullable(placed.remove(id))
                .ifPresent(one -> released(one.hosted(), one.hosted().isAlive()));
    }

    private void released(HostedContainer hosted, boolean isReusable) {
        if (isReusable && !isEnding) {
            pool.idle(new ContainerPool.Slot<>(hosted, hosted.key(), hosted.memoryMb(), clock.getAsLong()));
        } else {
            pool.leaving(hosted.memoryMb());
            remove(hosted);
        }
        dispatch();
    }

    private void diedIdle(HostedContainer hosted) {
        if (pool.leaveIfIdle(hosted)) {
            LOG.info("event=idle_container_died container={}", hosted.number());
            remove(hosted);
        }
    }

    private void remove(HostedContainer hosted) {
        Thread.ofVirtual().start(() -> {
            hosted.close();
            loop.execute(() -> removed(hosted));
        });
    }

    private void removed(HostedContainer hosted) {
        settings.network().release(hosted.endpoint());
        live.remove(hosted);
        signalIfEmpty();
        pool.removed(hosted.number(), hosted.memoryMb());
        leave(hosted);
        dispatch();
    }

    private void leave(HostedContainer hosted) {
        var namespace = hosted.key().namespace();
        var home = namespaces.get(namespace);
        if (home != null
                && home.containers().remove(hosted)
                && home.containers().isEmpty()) {
            namespaces.remove(namespace);
            loop.post(new InvokerEvent.NamespaceLeft(namespace));
            home.folder().close();
        }
    }

    void show(NamespaceName namespace, List<Entry> changed) {
        var home = namespaces.get(namespace);
        if (home != null) {
            home.folder().show(changed);
            home.containers().forEach(hosted -> hosted.channel().ifPresent(channel -> channel.push(changed)));
        }
    }

    void showAll(NamespaceName namespace, List<Entry> entries) {
        var home = namespaces.get(namespace);
        if (home != null) {
            home.folder().showAll(entries);
            home.containers().forEach(hosted -> hosted.channel().ifPresent(channel -> channel.push(entries)));
        }
    }

    void tick(long now) {
        pool.expire(now - settings.idleMs()).forEach(slot -> remove(slot.container()));
        namespaces.values().forEach(home -> home.folder().tick());
    }

    /** The incarnation is dead: what runs is killed and neither reported nor recorded, since others answer for it now. */
    void endAll() {
        isEnding = true;
        placed.clear();
        live.forEach(HostedContainer::abandon);
        pool.clear().forEach(slot -> remove(slot.container()));
        var all = List.copyOf(live);
        Thread.ofVirtual().start(() -> {
            all.forEach(HostedContainer::close);
            settings.driver().sweep();
            loop.execute(this::allEnded);
        });
    }

    private void allEnded() {
        isEnding = false;
        loop.post(new InvokerEvent.AllEnded());
    }

    /** Ends what runs, recording it as stopped; what has not started stays unsettled on the bus. Not on the loop. */
    @Override
    public void close() {
        loop.execute(this::stopAll);
        try {
            if (!empty.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=containers_left after_seconds={}", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        records.close();
        deadlines.close();
        settings.driver().close();
        settings.network().close();
    }

    private void stopAll() {
        isEnding = true;
        isStopping = true;
        pool.clear().forEach(slot -> remove(slot.container()));
        for (var one : placed.values()) {
            one.hosted().stop();
            Thread.ofVirtual().start(one.hosted()::close);
        }
        signalIfEmpty();
    }

    private void signalIfEmpty() {
        if (isStopping && live.isEmpty()) {
            empty.countDown();
        }
    }

    private void ready(Job job, HostedContainer hosted) {
        var id = job.activation().id();
        if (placed.replace(id, new Placed(job, hosted)) != null) {
            loop.post(new InvokerEvent.Ready(id));
        }
    }

    private void finished(Job job, HostedContainer hosted, boolean isReusable) {
        placed.remove(job.activation().id());
        released(hosted, isReusable);
    }

    /** An activation and the container that it got. */
    private record Placed(Job job, HostedContainer hosted) {}

    /** A namespace that has containers here. */
    private record Hosted(DirectoryFolder folder, Set<HostedContainer> containers) {}

    /** What the runner's threads report. */
    private final class Sink implements ActivationRunner.Sink {
        @Override
        public void tell(InvokerEvent event) {
            loop.post(event);
        }

        @Override
        public void started(HostedContainer hosted) {
            hosted.process().exited().thenRun(() -> loop.execute(() -> diedIdle(hosted)));
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
