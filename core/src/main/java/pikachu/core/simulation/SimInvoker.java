package pikachu.core.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.instances.Ending;
import pikachu.core.instances.State;
import pikachu.core.loops.InvokerEffect;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.loops.InvokerLogic;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;

/** An invoker: the real loop over simulated containers. */
final class SimInvoker extends Node {
    private static final int PORT = 65433;
    private static final long SETTLED_MS = 3000;
    /** Clocks are apart here; who waits for so short a time may have left. */
    private static final long SHORT_WAIT_MS = 5000;

    private static final class Work {
        final Activation activation;
        Truth.@Nullable Instance instance;
        boolean isOver;

        Work(Activation activation) {
            this.activation = activation;
        }
    }

    private final InvokerId id;
    private final Surroundings around;
    private final Map<ActivationId, Work> works = new HashMap<>();
    private final Map<NamespaceName, Integer> hosted = new HashMap<>();
    private final Map<NamespaceName, Long> hostedSinceMs = new HashMap<>();
    private final Map<Integer, SimBus.Reader> directory = new HashMap<>();
    private final Shown shown;
    private @Nullable InvokerLogic logic;
    private SimBus.@Nullable Reader own;
    private int addresses;

    SimInvoker(InvokerId id, Surroundings around) {
        super(around.clock(), id.toString());
        this.id = id;
        this.around = around;
        shown = new Shown(name, around.clock());
    }

    InvokerId id() {
        return id;
    }

    Shown shown() {
        return shown;
    }

    /** The namespaces that it has hosted for a while. */
    Set<NamespaceName> hosted() {
        var settled = new LinkedHashSet<NamespaceName>();
        hostedSinceMs.forEach((namespace, sinceMs) -> {
            if (clock.nowMs() - sinceMs > SETTLED_MS) {
                settled.add(namespace);
            }
        });
        return settled;
    }

    /** Nothing in flight, nothing left to tell. */
    boolean isIdle() {
        return logic == null || (works.isEmpty() && logic.inFlight() == 0 && logic.isIdle());
    }

    // ----------------------------------------------------------------------------------------------- life

    @Override
    void begin() {
        super.begin();
        logic = new InvokerLogic(id, 16_384, around.invokerTiming(), clock.split(), around.rule());
        own = around.bus().read(this, Topic.invoker(id), 0, Start.UNSETTLED, (position, message) -> {
            if (message instanceof InvokerMessage order) {
                step(new InvokerEvent.Received(position, order));
            }
        });
        tickBy(Long.MIN_VALUE / 2, 0);
    }

    @Override
    void crash() {
        super.crash();
        endWorks();
        hosted.clear();
        hostedSinceMs.clear();
        directory.clear();
        shown.reset();
        logic = null;
        own = null;
    }

    private void endWorks() {
        for (var work : works.values()) {
            work.isOver = true;
            if (work.instance != null) {
                around.truth().gone(work.instance);
            }
        }
        works.clear();
    }

    @Override
    void tick() {
        step(new InvokerEvent.Tick());
    }

    private void step(InvokerEvent event) {
        if (logic == null) {
            return;
        }
        if (!(event instanceof InvokerEvent.Tick)) {
            clock.note(name, event);
        }
        var effects = logic.step(event, nowMs());
        if (effects.stream().anyMatch(InvokerEffect.EndAll.class::isInstance)) {
            shown.reset(); // who saw it is killed in this step
        }
        effects.forEach(this::carryOut);
        if (logic != null) {
            tickBy(logic.nextDue(), around.tickMs());
        }
    }

    // -------------------------------------------------------------------------------------------- effects

    private void carryOut(InvokerEffect effect) {
        if (!(effect instanceof InvokerEffect.Publish)) {
            clock.note(name, effect);
        }
        switch (effect) {
            case InvokerEffect.Publish publish -> publish(publish);
            case InvokerEffect.Provide provide -> provide(provide.activation());
            case InvokerEffect.Run run -> run(run.activation());
            case InvokerEffect.Drop drop -> end(drop.activation());
            case InvokerEffect.Settle settle -> {
                if (own != null) {
                    own.settle(settle.position());
                }
            }
            case InvokerEffect.EndAll endAll -> endAll();
            case InvokerEffect.Show show -> shown.show(show.namespace(), show.changed());
            case InvokerEffect.ShowAll show -> shown.showAll(show.namespace(), show.entries());
            case InvokerEffect.ReadDirectory read ->
                directory.put(
                        read.partition(),
                        around.bus().read(this, Topic.DIRECTORY, read.partition(), Start.END, (position, message) -> {
                            if (message instanceof DirectoryMessage changes) {
                                step(new InvokerEvent.DirectoryReceived(changes));
                            }
                        }));
            case InvokerEffect.StopReadingDirectory stop -> {
                var reader = directory.remove(stop.partition());
                if (reader != null) {
                    reader.close();
                }
            }
        }
    }

    private void publish(InvokerEffect.Publish publish) {
        around.bus()
                .publish(
                        this,
                        new SimBus.Out(
                                publish.topic(),
                                publish.partition(),
                                publish.key(),
                                publish.message(),
                                publish.durability()),
                        how -> step(new InvokerEvent.PublishDone(publish.publication(), how)));
    }

    private void provide(Activation activation) {
        var work = new Work(activation);
        works.put(activation.id(), work);
        if (clock.chance(0.01)) {
            whenStill(work, clock.between(1, 20), () -> {
                works.remove(activation.id());
                step(new InvokerEvent.NotStarted(activation.id(), "simulated: machine full"));
            });
            return;
        }
        long delayMs = clock.chance(0.6) ? clock.between(0, 3) : clock.between(20, 400);
        whenStill(work, delayMs, () -> place(work));
    }

    private void place(Work work) {
        var activation = work.activation;
        var namespace = activation.caller().namespace();
        if (hosted.merge(namespace, 1, Integer::sum) == 1) {
            hostedSinceMs.put(namespace, clock.nowMs());
            step(new InvokerEvent.NamespaceHosted(namespace));
        }
        String address = "100." + (64 + id.number() / 256) + "." + id.number() % 256 + "." + ++addresses;
        work.instance = new Truth.Instance(activation, new Target(id, incarnation()), address);
        around.truth().placed(work.instance);
        step(new InvokerEvent.Placed(activation.id(), address, PORT, nowMs() + 60_000));
        if (clock.chance(0.02)) {
            whenStill(work, clock.between(0, 50), () -> finish(work, Ending.ERROR, Status.DEVELOPER_ERROR));
        } else {
            whenStill(work, clock.between(0, 30), () -> step(new InvokerEvent.Ready(activation.id())));
        }
    }

    private Incarnation incarnation() {
        return logic == null ? new Incarnation(0) : logic.incarnation();
    }

    private void run(ActivationId activation) {
        var work = works.get(activation);
        if (work == null) {
            throw new Broken("what runs has a container", name + " runs " + activation + " without one");
        }
        around.truth().run(work.activation, new Target(id, incarnation()), work.instance);
        long runMs = clock.chance(0.05) ? clock.between(10_000, 55_000) : clock.between(1, 2000);
        if (clock.chance(0.2)) {
            whenStill(
                    work,
                    clock.between(0, runMs),
                    () -> step(new InvokerEvent.Said(
                            activation,
                            Optional.of(clock.chance(0.5) ? State.WAITING : State.RUNNING),
                            clock.chance(0.5)
                                    ? Optional.of(new JsonText("{\"n\":" + clock.between(0, 9) + "}"))
                                    : Optional.empty())));
        }
        boolean dies = clock.chance(0.03);
        whenStill(
                work,
                dies ? clock.between(0, runMs) : runMs,
                () -> finish(
                        work, dies ? Ending.KILLED : Ending.FINISHED, dies ? Status.DEVELOPER_ERROR : Status.SUCCESS));
    }

    private void finish(Work work, Ending how, Status status) {
        var activation = work.activation;
        long life = life();
        end(activation.id());
        step(new InvokerEvent.Gone(activation.id(), how));
        var record = new ActivationRecord(
                activation,
                nowMs(),
                nowMs(),
                status,
                JsonText.EMPTY_OBJECT,
                2,
                List.of(),
                false,
                OptionalLong.empty(),
                OptionalLong.empty());
        if (life != life()) {
            return;
        }
        if (activation.waitMs() > SHORT_WAIT_MS) {
            later(
                    clock.between(0, 100_000) + around.store().delayUs(),
                    () -> around.store().create(record));
            step(new InvokerEvent.Finished(activation.id(), status, Optional.of(record), false));
        } else {
            var told = activation.waitMs() > 0 ? Optional.of(record) : Optional.<ActivationRecord>empty();
            later(around.store().delayUs(), () -> {
                around.store().create(record);
                step(new InvokerEvent.Finished(activation.id(), status, told, true));
            });
        }
    }

    /** The container is free again, or dead. */
    private void end(ActivationId activation) {
        var work = works.remove(activation);
        if (work == null) {
            return;
        }
        work.isOver = true;
        if (work.instance != null) {
            around.truth().gone(work.instance);
            unhost(work.activation.caller().namespace());
        }
    }

    private void unhost(NamespaceName namespace) {
        // A warm container stays for a while, and with it the namespace's directory.
        later(clock.between(1_000_000, 60_000_000), () -> {
            if (hosted.containsKey(namespace)) {
                int left = hosted.merge(namespace, -1, Integer::sum);
                if (left <= 0) {
                    hosted.remove(namespace);
                    hostedSinceMs.remove(namespace);
                    step(new InvokerEvent.NamespaceLeft(namespace));
                    shown.forget(namespace);
                }
            }
        });
    }

    private void endAll() {
        endWorks();
        for (var namespace : new ArrayList<>(hosted.keySet())) {
            hosted.remove(namespace);
            hostedSinceMs.remove(namespace);
            later(0, () -> {
                if (!hosted.containsKey(namespace)) {
                    step(new InvokerEvent.NamespaceLeft(namespace));
                    shown.forget(namespace);
                }
            });
        }
        later(clock.between(1000, 500_000), () -> step(new InvokerEvent.AllEnded()));
    }

    private void whenStill(Work work, long delayMs, Runnable action) {
        later(delayMs * 1000, () -> {
            if (!work.isOver) {
                action.run();
            }
        });
    }
}
