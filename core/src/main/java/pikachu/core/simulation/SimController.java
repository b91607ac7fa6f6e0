package pikachu.core.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pikachu.core.instances.Entry;
import pikachu.core.loops.ControllerEffect;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.loops.ControllerLogic;
import pikachu.core.loops.Reply;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.names.ControllerId;
import pikachu.core.names.NamespaceName;

/** A controller: the real loop between simulated clients, bus and store. */
final class SimController extends Node {
    /** Hears the answer to a request. */
    interface Caller {
        void answered(Reply reply);

        /** The controller died first. */
        void lost();
    }

    private final ControllerId id;
    private final Surroundings around;
    private final Map<Long, SimBus.Reader> readers = new HashMap<>();
    private final Map<Long, Caller> callers = new HashMap<>();
    private @Nullable ControllerLogic logic;
    private long tickets;

    SimController(ControllerId id, Surroundings around) {
        super(around.clock(), id.toString());
        this.id = id;
        this.around = around;
    }

    @Override
    void begin() {
        super.begin();
        var begun = new ControllerLogic(
                id,
                around.bus().generation(),
                around.invokers(),
                around.controllers(),
                around.timing(),
                clock.split(),
                around.rule());
        logic = begun;
        begun.start(nowMs()).forEach(this::carryOut);
        tickBy(begun.nextDue(), around.tickMs());
    }

    @Override
    void crash() {
        super.crash();
        logic = null;
        readers.clear();
        var lost = new ArrayList<>(callers.values());
        callers.clear();
        lost.forEach(Caller::lost);
    }

    @Override
    void tick() {
        step(new ControllerEvent.Tick());
    }

    boolean takesCalls() {
        return isReachable() && !isPaused() && logic != null;
    }

    int waiting() {
        return callers.size();
    }

    int inFlight() {
        return logic == null ? 0 : logic.inFlight();
    }

    List<Held> claimsHeld() {
        return logic == null ? List.of() : logic.claimsHeld();
    }

    List<Entry> entries(NamespaceName namespace) {
        return logic == null ? List.of() : logic.entries(namespace);
    }

    /** Makes the request with a ticket of its own. */
    void call(ControllerEvent.Invoke draft, Caller caller) {
        long ticket = ++tickets;
        callers.put(ticket, caller);
        step(new ControllerEvent.Invoke(
                ticket,
                draft.id(),
                draft.caller(),
                draft.action(),
                draft.arguments(),
                draft.environment(),
                draft.instance(),
                draft.concurrent(),
                nowMs(),
                draft.waitMs(),
                draft.transaction()));
        if (draft.waitMs() > 0) {
            later(draft.waitMs() * 1000L, () -> {
                if (callers.containsKey(ticket)) {
                    step(new ControllerEvent.WaitOver(draft.id()));
                }
            });
        }
    }

    private void step(ControllerEvent event) {
        if (logic == null) {
            return;
        }
        if (!(event instanceof ControllerEvent.Tick)) {
            clock.note(name, event);
        }
        logic.step(event, nowMs()).forEach(this::carryOut);
        if (logic != null) {
            tickBy(logic.nextDue(), around.tickMs());
        }
    }

    private void carryOut(ControllerEffect effect) {
        clock.note(name, effect);
        switch (effect) {
            case ControllerEffect.Publish publish -> publish(publish);
            case ControllerEffect.Answer answer -> {
                var caller = callers.remove(answer.ticket());
                if (caller == null) {
                    throw new Broken(
                            "each caller is answered once",
                            name + " answers ticket " + answer.ticket() + " again: " + answer.reply());
                }
                caller.answered(answer.reply());
            }
            case ControllerEffect.Read read ->
                readers.put(
                        read.reading(),
                        around.bus()
                                .read(
                                        this,
                                        read.topic(),
                                        read.partition(),
                                        read.start(),
                                        (position, message) ->
                                                step(new ControllerEvent.Received(read.reading(), position, message)),
                                        () -> step(new ControllerEvent.Missed(read.reading()))));
            case ControllerEffect.StopReading stop -> {
                var reader = readers.remove(stop.reading());
                if (reader != null) {
                    reader.close();
                }
            }
            case ControllerEffect.Settle settle -> {
                var reader = readers.get(settle.reading());
                if (reader == null) {
                    throw new Broken("what is settled is being read", name + " settles " + settle);
                }
                reader.settle(settle.position());
            }
            case ControllerEffect.Trim trim -> around.bus().trim(trim.topic(), trim.partition(), trim.position());
            case ControllerEffect.CreatePlacement create -> later(around.store().delayUs(), () -> place(create));
            case ControllerEffect.CreateRecord create ->
                later(around.store().delayUs(), () -> {
                    around.store().create(create.record());
                    step(new ControllerEvent.RecordCreated(
                            create.record().activation().id()));
                });
            case ControllerEffect.FindRecord find ->
                later(around.store().delayUs(), () -> {
                    if (around.store().record(find.activation()).isPresent()) {
                        step(new ControllerEvent.RecordCreated(find.activation()));
                    }
                });
            case ControllerEffect.Show show -> {}
            case ControllerEffect.Instances instances -> {}
            case ControllerEffect.Overview overview -> {}
        }
    }

    private void publish(ControllerEffect.Publish publish) {
        around.bus()
                .publish(
                        this,
                        new SimBus.Out(
                                publish.topic(),
                                publish.partition(),
                                publish.key(),
                                publish.message(),
                                publish.durability()),
                        how -> step(new ControllerEvent.PublishDone(publish.publication(), how)));
    }

    private void place(ControllerEffect.CreatePlacement create) {
        if (around.store().record(create.activation()).isPresent()) {
            step(new ControllerEvent.RecordCreated(create.activation()));
            return;
        }
        var placed = around.store()
                .place(create.activation(), create.attempt(), new SimStore.Placed(create.target(), create.by()));
        step(new ControllerEvent.PlacementCreated(create.activation(), create.attempt(), placed.target(), placed.by()));
    }
}
