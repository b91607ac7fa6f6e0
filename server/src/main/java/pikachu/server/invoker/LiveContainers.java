package pikachu.server.invoker;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.containers.Endpoint;
import pikachu.core.instances.Entry;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.names.NamespaceName;

/**
 * Every container from its making until nothing is left of it, and the namespaces that have one here. Its state belongs to
 * the invoker's loop; ending a container takes time and happens on a thread of its own, which reports back to the loop.
 */
final class LiveContainers {
    private static final Logger LOG = LoggerFactory.getLogger(LiveContainers.class);

    /** A namespace that has just lost its last container often gets another one: whose code is broken is called again. */
    private static final long NETWORK_KEPT_MS = 60_000;

    private final InvokerSettings settings;
    private final EventLoop<InvokerEvent> loop;
    private final Consumer<HostedContainer> exited;
    private final Removed removed;
    private final NamespaceFolders namespaces;
    private final Set<HostedContainer> live = new HashSet<>();

    /** Namespaces without a container whose networks are still there, longest first. */
    private final SequencedMap<NamespaceName, Long> emptySince = new LinkedHashMap<>();

    /** @param exited is told on the loop of one whose process has ended, or which is of no more use */
    LiveContainers(
            InvokerSettings settings, EventLoop<InvokerEvent> loop, Consumer<HostedContainer> exited, Removed removed) {
        this.settings = settings;
        this.loop = loop;
        this.exited = exited;
        this.removed = removed;
        this.namespaces = new NamespaceFolders(settings.folder().resolve("directory"), loop::post);
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    int size() {
        return live.size();
    }

    /**
     * A container that has nothing yet but its namespace's directory.
     *
     * @throws java.io.UncheckedIOException when that cannot be made
     */
    HostedContainer make(int number, CellKey key) {
        var hosted = new HostedContainer(number, key, namespaces.enter(key.namespace()));
        namespaces.add(hosted);
        emptySince.remove(key.namespace());
        live.add(hosted);
        hosted.whenExited(() -> loop.execute(() -> exited.accept(hosted)));
        return hosted;
    }

    /** Whatever happens to it, it leaves the books. */
    void remove(HostedContainer hosted) {
        Thread.ofVirtual().start(() -> {
            var isGone = false;
            try {
                hosted.close();
                isGone = true;
                hosted.endpoint().ifPresent(this::release);
            } catch (RuntimeException e) {
                LOG.error("event=container_survives container={} reason=\"{}\"", hosted.number(), e.getMessage());
            } finally {
                var isFree = isGone;
                loop.execute(() -> removed(hosted, isFree));
            }
        });
    }

    /** An address that is not given back is one less; that is no reason to keep the container in the books. */
    private void release(Endpoint endpoint) {
        try {
            settings.network().release(endpoint);
        } catch (RuntimeException e) {
            LOG.error("event=endpoint_not_released address={} reason=\"{}\"", endpoint.address(), e.getMessage());
        }
    }

    /** The number and address of a container that could not be removed are not used again. */
    private void removed(HostedContainer hosted, boolean isFree) {
        live.remove(hosted);
        namespaces.remove(hosted);
        var namespace = hosted.key().namespace();
        if (live.stream().noneMatch(other -> other.key().namespace().equals(namespace))) {
            emptySince.putLast(namespace, loop.now());
        }
        removed.accept(hosted, isFree);
    }

    private void forget(NamespaceName namespace) {
        try {
            settings.network().forget(namespace);
        } catch (RuntimeException e) {
            LOG.warn("event=network_not_forgotten namespace={} reason=\"{}\"", namespace, e.getMessage());
        }
    }

    /** Removes what a dead predecessor left. Blocks. */
    void sweep() {
        sweep(settings.driver()::sweep);
        sweep(settings.network()::sweep);
    }

    /** On a thread of its own; however that ends, {@code then} follows on the loop. */
    void sweepAgain(Runnable then) {
        Thread.ofVirtual().start(() -> {
            try {
                sweep();
            } catch (RuntimeException e) {
                LOG.error("event=sweep_failed reason=\"{}\"", e.getMessage());
            } finally {
                loop.execute(then);
            }
        });
    }

    private static void sweep(Supplier<List<String>> sweeper) {
        sweeper.get().forEach(found -> LOG.info("event=swept what=\"{}\"", found));
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
        namespaces.tick(now);
        var before = now - Math.min(NETWORK_KEPT_MS, settings.pool().idleMs());
        while (!emptySince.isEmpty() && emptySince.firstEntry().getValue() < before) {
            var namespace = emptySince.pollFirstEntry().getKey();
            Thread.ofVirtual().start(() -> forget(namespace));
        }
    }

    /** On a thread of its own; one that cannot be paused is as good as dead. */
    void pause(HostedContainer hosted) {
        hosted.mayPause(true);
        Thread.ofVirtual().start(() -> {
            try {
                hosted.pause();
            } catch (RuntimeException e) {
                LOG.warn("event=not_paused container={} reason=\"{}\"", hosted.number(), e.getMessage());
                loop.execute(() -> exited.accept(hosted));
            }
        });
    }

    /** @param then is told on the loop whether it could be done */
    void resume(HostedContainer hosted, Consumer<Boolean> then) {
        hosted.mayPause(false);
        Thread.ofVirtual().start(() -> {
            var isAwake = false;
            try {
                hosted.resume();
                isAwake = true;
            } catch (RuntimeException e) {
                LOG.warn("event=not_resumed container={} reason=\"{}\"", hosted.number(), e.getMessage());
            } finally {
                var isGood = isAwake;
                loop.execute(() -> then.accept(isGood));
            }
        });
    }

    /** Is told on the loop that a container is removed. */
    @FunctionalInterface
    interface Removed {
        /** @param isFree whether nothing is left of it */
        void accept(HostedContainer hosted, boolean isFree);
    }
}
