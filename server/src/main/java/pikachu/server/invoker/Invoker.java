package pikachu.server.invoker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.bus.Bus;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Delivery;
import pikachu.core.bus.Published;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEffect;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.loops.InvokerLogic;
import pikachu.core.messages.CompletedMessage;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.names.InvokerId;
import pikachu.core.wire.Codec;
import pikachu.core.wire.MalformedRecord;

/**
 * One invoker: the loop that owns {@link InvokerLogic} and {@link Containers}. It brings the logic what happens (bus,
 * containers, time) and carries out what the logic decides; nothing that takes time happens on its thread.
 */
public final class Invoker implements EventLoop.Owner<InvokerEvent>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Invoker.class);
    private static final int BATCH = 64;

    /** While more jobs than this wait for a container, no more orders are taken. */
    private static final int MAX_WAITING = 1_000;

    private final InvokerId id;
    private final Bus bus;
    private final InvokerLogic logic;
    private final Containers containers;
    private final EventLoop<InvokerEvent> loop;
    private final Codec codec = new Codec();

    // Owned by the loop.
    private final Map<Integer, BusReader> directory = new HashMap<>();
    private boolean isReading = true;

    /** Set before the loop starts. */
    private Optional<Inbox> own = Optional.empty();

    public Invoker(InvokerId id, Bus bus, InvokerLogic logic, InvokerSettings settings, LongSupplier clock) {
        this.id = id;
        this.bus = bus;
        this.logic = logic;
        this.loop = new EventLoop<>(id.toString(), this, clock, this::fault);
        this.containers = new Containers(id.toString(), settings, clock, loop);
    }

    public void start() {
        containers.start();
        var reader = bus.read(Topic.invoker(id), 0, Start.UNSETTLED, loop::wake);
        own = Optional.of(new Inbox(reader, () -> containers.waiting() > MAX_WAITING, loop::post));
        loop.start();
    }

    /** Stem cells are kept from now on: once the platform is ready, so that its start does not wait for them. */
    public void prewarm() {
        containers.prewarm();
    }

    @Override
    public long turn(long now) {
        try {
            readOwnTopic();
            readDirectory();
            containers.tick(now);
            if (now >= logic.nextDue()) {
                loop.post(new InvokerEvent.Tick());
            }
            return logic.nextDue();
        } finally {
            containers.writeDirectory();
        }
    }

    @Override
    public void handle(InvokerEvent event) {
        logic.step(event, loop.now()).forEach(this::attempt);
        if (event instanceof InvokerEvent.AllEnded) {
            LOG.warn("event=begun_anew invoker={} incarnation={}", id, logic.incarnation());
        }
    }

    private void readOwnTopic() {
        if (isReading && own.orElseThrow().read()) {
            loop.wake();
        }
    }

    private void readDirectory() {
        for (var reader : List.copyOf(directory.values())) {
            var batch = reader.poll(BATCH);
            batch.forEach(this::takeDirectory);
            if (batch.size() == BATCH) {
                loop.wake();
            }
        }
    }

    private void takeDirectory(Delivery delivery) {
        try {
            if (codec.decode(delivery.value()) instanceof DirectoryMessage message) {
                loop.post(new InvokerEvent.DirectoryReceived(message));
            }
        } catch (MalformedRecord e) {
            // The directory repairs itself: the next digest shows what is missing.
            LOG.error("event=record_not_read topic=directory reason={}", e.getMessage());
        }
    }

    /** One effect that fails does not take the step's other effects with it. */
    private void attempt(InvokerEffect effect) {
        try {
            carryOut(effect);
        } catch (RuntimeException e) {
            LOG.error(
                    "event=effect_failed invoker={} effect={}",
                    id,
                    effect.getClass().getSimpleName(),
                    e);
            if (effect instanceof InvokerEffect.Publish publish) {
                loop.post(new InvokerEvent.PublishDone(
                        publish.publication(), new Published.Failed("Publishing failed: " + e)));
            }
        }
    }

    private void carryOut(InvokerEffect effect) {
        switch (effect) {
            case InvokerEffect.Publish publish -> publish(publish);
            case InvokerEffect.Provide provide ->
                containers.provide(new Job(provide.activation(), provide.arguments(), provide.environment()));
            case InvokerEffect.Run run -> {
                // It finds itself in the directory.
                containers.writeDirectory();
                containers.run(run.activation());
            }
            case InvokerEffect.Drop drop -> containers.drop(drop.activation());
            case InvokerEffect.Settle settle -> own.orElseThrow().settle(settle.position());
            case InvokerEffect.EndAll _ -> {
                LOG.warn("event=declared_dead invoker={}", id);
                containers.endAll();
            }
            case InvokerEffect.Show show -> containers.show(show.namespace(), show.changed());
            case InvokerEffect.ShowAll show -> containers.showAll(show.namespace(), show.entries());
            case InvokerEffect.ReadDirectory read ->
                directory.computeIfAbsent(
                        read.partition(), partition -> bus.read(Topic.DIRECTORY, partition, Start.END, loop::wake));
            case InvokerEffect.StopReadingDirectory stop ->
                Optional.ofNullable(directory.remove(stop.partition())).ifPresent(BusReader::close);
        }
    }

    private void publish(InvokerEffect.Publish publish) {
        if (publish.message() instanceof CompletedMessage.Completed) {
            // Whoever is told that it has ended finds it so in the directory.
            containers.writeDirectory();
        }
        var bytes = codec.encode(publish.message());
        var record = new BusRecord(publish.topic(), publish.partition(), publish.key(), bytes, publish.durability());
        bus.publish(record, how -> loop.post(new InvokerEvent.PublishDone(publish.publication(), how)));
    }

    private void fault(RuntimeException e) {
        LOG.error("event=invoker_fault invoker={}", id, e);
    }

    /** Takes nothing more off the bus, ends what runs, and writes what is to be recorded. */
    @Override
    public void close() {
        loop.execute(() -> isReading = false);
        try (loop) {
            containers.close();
        } finally {
            directory.values().forEach(BusReader::close);
            own.ifPresent(Inbox::close);
        }
    }
}
