package pikachu.server.controller;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.bus.Bus;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Delivery;
import pikachu.core.bus.Published;
import pikachu.core.instances.Entry;
import pikachu.core.loops.ControllerEffect;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.loops.ControllerLogic;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.Reply;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import pikachu.core.wire.Codec;
import pikachu.core.wire.MalformedRecord;

/**
 * One controller: the loop that owns {@link ControllerLogic}. It brings the logic what happens (requests, bus, time, what
 * the store did) and carries out what the logic decides. Requests wait on their own threads.
 */
public final class Controller implements Invocations, EventLoop.Owner<ControllerEvent>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final int BATCH = 256;
    private static final long QUESTION_MS = 5_000;

    /** How long an activation may take to be on the bus once nobody waits for its end. */
    private static final long ACCEPT_MS = 30_000;

    private final ControllerId id;
    private final Bus bus;
    private final ControllerLogic logic;
    private final Decisions decisions;
    private final EventLoop<ControllerEvent> loop;
    private final Codec codec = new Codec();
    private final AtomicLong tickets = new AtomicLong();

    /** Who waits for an answer, by ticket. Bounded by the requests that are under way. */
    private final Map<Long, CompletableFuture<Object>> asked = new ConcurrentHashMap<>();

    private final Map<Long, Consumer<Entry>> watches = new ConcurrentHashMap<>();

    private volatile boolean isStopping;

    /** Owned by the loop: what is read, by the number that the logic gave it. */
    private final Map<Long, BusReader> readers = new HashMap<>();

    public Controller(ControllerId id, Bus bus, ControllerLogic logic, Decisions decisions, LongSupplier clock) {
        this.id = id;
        this.bus = bus;
        this.logic = logic;
        this.decisions = decisions;
        this.loop = new EventLoop<>(id.toString(), this, clock, this::fault);
    }

    /** Begins to read; returns once invocations are taken. */
    public void start(long deadlineMs) {
        decisions.start(loop::post);
        loop.execute(() -> carryOut(logic.start(loop.now())));
        loop.start();
        var ready = new CompletableFuture<Void>();
        loop.execute(() -> completeWhenReady(ready));
        try {
            ready.get(deadlineMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    id + " did not read the claims within " + deadlineMs + " ms. Is the bus reachable?", e);
        }
    }

    /** Takes no more invocations; what is in flight goes on. */
    public void stopTaking() {
        isStopping = true;
    }

    private void completeWhenReady(CompletableFuture<Void> ready) {
        if (logic.isReady()) {
            ready.complete(null);
        } else {
            CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS)
                    .execute(() -> loop.execute(() -> completeWhenReady(ready)));
        }
    }

    @Override
    public Answer invoke(Request request) {
        if (isStopping) {
            return new Answer.Unavailable("The platform is stopping.");
        }
        var activation = ActivationId.of(UUID.randomUUID());
        var ticket = tickets.incrementAndGet();
        var answer = new CompletableFuture<Object>();
        asked.put(ticket, answer);
        try {
            loop.post(event(request, activation, ticket));
            var reply = await(answer, request.waitMs() > 0 ? request.waitMs() : ACCEPT_MS);
            if (reply.isEmpty() && request.waitMs() > 0) {
                // Whether the order is safe, and not refused for a claim, is only for the loop to say.
                loop.post(new ControllerEvent.WaitOver(activation));
                reply = await(answer, ACCEPT_MS);
            }
            return reply.map(known -> answer(activation, (Reply) known))
                    .orElseGet(() -> new Answer.Unavailable("Whether the bus has taken the activation was not known"
                            + " within " + ACCEPT_MS / 1000 + " s. It may still run. Try again later."));
        } finally {
            asked.remove(ticket);
        }
    }

    private static Answer answer(ActivationId activation, Reply reply) {
        return switch (reply) {
            case Reply.Accepted _, Reply.Ended _ -> new Answer.Accepted(activation);
            case Reply.Finished finished -> new Answer.Finished(finished.record());
            case Reply.Taken taken -> new Answer.Taken(taken.instance(), taken.holder());
            case Reply.Throttled throttled -> new Answer.Throttled(throttled.count(), throttled.allowed());
            case Reply.Unavailable unavailable -> new Answer.Unavailable(unavailable.reason());
        };
    }

    private static ControllerEvent event(Request request, ActivationId activation, long ticket) {
        return new ControllerEvent.Invoke(
                ticket,
                activation,
                request.caller(),
                request.action(),
                request.arguments(),
                request.environment(),
                request.instance(),
                request.concurrent(),
                request.acceptedMs(),
                request.waitMs(),
                request.transaction());
    }

    /** Posts a question and waits for its answer; empty when there is none in time. */
    private Optional<Object> ask(long waitMs, LongFunction<ControllerEvent> question) {
        var ticket = tickets.incrementAndGet();
        var answer = new CompletableFuture<Object>();
        asked.put(ticket, answer);
        try {
            loop.post(question.apply(ticket));
            return await(answer, waitMs);
        } finally {
            asked.remove(ticket);
        }
    }

    private Optional<Object> await(CompletableFuture<Object> answer, long waitMs) {
        try {
            return Optional.of(answer.get(waitMs, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(id + " could not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private void answer(long ticket, Object answer) {
        Optional.ofNullable(asked.get(ticket)).ifPresent(waiting -> waiting.complete(answer));
    }

    @Override
    public List<Entry> instances(NamespaceName namespace) {
        return ask(QUESTION_MS, ticket -> new ControllerEvent.ListInstances(ticket, namespace))
                .map(answer -> ((ControllerEffect.Instances) answer).entries())
                .orElseThrow(() -> overloaded());
    }

    @Override
    public Optional<Entry> instance(NamespaceName namespace, InstanceId instance) {
        return instances(namespace).stream()
                .filter(entry -> entry.id().equals(instance))
                .findFirst();
    }

    private IllegalStateException overloaded() {
        return new IllegalStateException(id + " did not answer within " + QUESTION_MS + " ms: it is overloaded.");
    }

    @Override
    public AutoCloseable watch(NamespaceName namespace, Consumer<Entry> listener) {
        var watch = tickets.incrementAndGet();
        watches.put(watch, listener);
        loop.post(new ControllerEvent.Watch(watch, namespace));
        return () -> {
            watches.remove(watch);
            loop.post(new ControllerEvent.Unwatch(watch));
        };
    }

    @Override
    public Map<String, String> invokers() {
        var states = new TreeMap<String, String>();
        look().invokers().forEach((invoker, state) -> states.put(invoker.toString(), state.text()));
        return states;
    }

    @Override
    public Map<ActivationId, String> inFlight() {
        return look().inFlight();
    }

    private ControllerEffect.Overview look() {
        return ask(QUESTION_MS, ControllerEvent.Look::new)
                .map(ControllerEffect.Overview.class::cast)
                .orElseThrow(() -> overloaded());
    }

    @Override
    public long turn(long now) {
        for (var reading : List.copyOf(readers.keySet())) {
            read(reading);
        }
        if (now >= logic.nextDue()) {
            loop.post(new ControllerEvent.Tick());
        }
        return logic.nextDue();
    }

    private void read(long reading) {
        var reader = readers.get(reading);
        if (reader == null) {
            return;
        }
        var batch = reader.poll(BATCH);
        if (reader.hasMissed()) {
            LOG.warn("event=records_missed reading={}", reading);
            loop.post(new ControllerEvent.Missed(reading));
        }
        for (var delivery : batch) {
            take(reading, reader, delivery);
        }
        if (batch.size() == BATCH) {
            loop.wake();
        }
    }

    private void take(long reading, BusReader reader, Delivery delivery) {
        try {
            var message = codec.decode(delivery.value());
            loop.post(new ControllerEvent.Received(reading, delivery.position(), message));
        } catch (MalformedRecord e) {
            LOG.error(
                    "event=record_not_read topic={} position={} reason={}",
                    delivery.topic(),
                    delivery.position(),
                    e.getMessage());
            reader.settle(delivery.position());
        }
    }

    @Override
    public void handle(ControllerEvent event) {
        carryOut(logic.step(event, loop.now()));
    }

    private void carryOut(List<ControllerEffect> effects) {
        effects.forEach(this::attempt);
    }

    /** One effect that fails does not take the step's other effects with it. */
    private void attempt(ControllerEffect effect) {
        try {
            carryOut(effect);
        } catch (RuntimeException e) {
            LOG.error(
                    "event=effect_failed controller={} effect={}",
                    id,
                    effect.getClass().getSimpleName(),
                    e);
            if (effect instanceof ControllerEffect.Publish publish) {
                loop.post(new ControllerEvent.PublishDone(
                        publish.publication(), new Published.Failed("Publishing failed: " + e)));
            }
        }
    }

    private void carryOut(ControllerEffect effect) {
        switch (effect) {
            case ControllerEffect.Publish publish -> publish(publish);
            case ControllerEffect.Answer answer -> answer(answer.ticket(), answer.reply());
            case ControllerEffect.Read read ->
                readers.put(read.reading(), bus.read(read.topic(), read.partition(), read.start(), loop::wake));
            case ControllerEffect.StopReading stop ->
                Optional.ofNullable(readers.remove(stop.reading())).ifPresent(BusReader::close);
            case ControllerEffect.Settle settle ->
                Optional.ofNullable(readers.get(settle.reading()))
                        .ifPresent(reader -> reader.settle(settle.position()));
            case ControllerEffect.Trim trim -> bus.trim(trim.topic(), trim.partition(), trim.position());
            case ControllerEffect.CreatePlacement placement -> decisions.place(placement);
            case ControllerEffect.CreateRecord record -> decisions.record(record.record());
            case ControllerEffect.FindRecord find -> decisions.find(find.namespace(), find.activation());
            case ControllerEffect.Show show ->
                Optional.ofNullable(watches.get(show.watch()))
                        .ifPresent(listener -> show.changed().forEach(listener));
            case ControllerEffect.Instances instances -> answer(instances.ticket(), instances);
            case ControllerEffect.Overview overview -> answer(overview.ticket(), overview);
        }
    }

    private void publish(ControllerEffect.Publish publish) {
        var bytes = codec.encode(publish.message());
        var record = new BusRecord(publish.topic(), publish.partition(), publish.key(), bytes, publish.durability());
        bus.publish(record, how -> loop.post(new ControllerEvent.PublishDone(publish.publication(), how)));
    }

    private void fault(RuntimeException e) {
        LOG.error("event=controller_fault controller={}", id, e);
    }

    @Override
    public void close() {
        decisions.close();
        loop.close();
        readers.values().forEach(BusReader::close);
    }
}
