package pikachu.core.loops;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.messages.CompletedMessage;
import pikachu.core.messages.CompletedMessage.Barrier;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.CompletedMessage.Refused;
import pikachu.core.messages.CompletedMessage.Started;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.messages.InvokerMessage.MapWanted;
import pikachu.core.messages.Message;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.Target;

/**
 * Accounts for the activations of the dead: of an invoker's life (an inquest) and of a controller, an earlier life of
 * this one included (a recovery).
 *
 * <p>An inquest first makes sure that it knows all there is to know: a barrier on the completed topic has been read, so
 * every Started that counts has been too; and the invoker's topic has been read up to a mark written after the death, so
 * every order has been found. Then what had started ends in a record that says its outcome is not known, and the rest is
 * placed again. A Started that comes after the barrier cannot lead to /run: the lease of the dead ended before.
 */
final class Undertaker {
    private static final long MARK_AGAIN_MS = 1000;
    private static final String LOST =
            "The invoker that ran this activation was lost; whether it finished is not known.";

    /** A barrier that has been written and not been read yet. */
    private record Awaited(ControllerId controller, Runnable read) {}

    private final Parts parts;
    private final Ledger ledger;
    private final Membership membership;
    private final Endings endings;
    private final Replacement replacement;
    private final Dispatcher dispatcher;
    /** The controllers that this one answers for, with what reads their topics. */
    private final Map<ControllerId, Readings.Reading> charges = new TreeMap<>();

    private final Map<Long, Awaited> barriers = new LinkedHashMap<>();
    private final Set<Target> inquests = new LinkedHashSet<>();
    /** Deaths that wait for a recovery, or for an inquest into the same death, to end. */
    private final Set<Target> put = new LinkedHashSet<>();

    private long lastBarrier;
    private int recoveries;

    Undertaker(
            Parts parts,
            Ledger ledger,
            Membership membership,
            Endings endings,
            Replacement replacement,
            Dispatcher dispatcher) {
        this.parts = parts;
        this.ledger = ledger;
        this.membership = membership;
        this.endings = endings;
        this.replacement = replacement;
        this.dispatcher = dispatcher;
    }

    Set<ControllerId> answersFor() {
        return charges.keySet();
    }

    boolean isRecovering() {
        return recoveries > 0;
    }

    // -------------------------------------------------------------------------------- controllers' activations

    /** Answers for a controller from now on: itself at the start, or another that is dead. */
    void answerFor(ControllerId controller) {
        if (charges.containsKey(controller)) {
            return;
        }
        charges.put(controller, parts.readings().open(Topic.completed(controller), 0, Start.UNSETTLED, this::received));
        recoveries++;
        var open = new Countdown(this::recovered);
        open.expect();
        barrier(controller, open::arrived);
        for (var invoker : membership.known()) {
            open.expect();
            new Sweep(invoker, (reading, position, order) -> found(invoker, order), open::arrived).begin();
        }
    }

    private void recovered() {
        recoveries--;
        resume();
    }

    private void resume() {
        if (recoveries == 0) {
            var waiting = List.copyOf(put);
            put.clear();
            waiting.forEach(this::died);
        }
    }

    /** The controller lives and answers for itself again. */
    void lives(ControllerId controller) {
        var reading = controller.equals(parts.self()) ? null : charges.remove(controller);
        if (reading == null) {
            return;
        }
        for (var flight : List.copyOf(ledger.all())) {
            if (flight.activation.controller().equals(controller)) {
                dispatcher.forget(flight);
                ledger.remove(flight);
                flight.untilPlaced.forEach(parts.readings()::leave);
                flight.untilEnded.forEach(parts.readings()::leave);
            }
        }
        parts.readings().stop(reading);
        // What is on that topic is no longer for this controller to know; nobody may wait for it.
        var moot = new LinkedHashMap<Long, Awaited>();
        barriers.forEach((number, awaited) -> {
            if (awaited.controller().equals(controller)) {
                moot.put(number, awaited);
            }
        });
        barriers.keySet().removeAll(moot.keySet());
        moot.values().forEach(awaited -> awaited.read().run());
    }

    private void received(Readings.Reading reading, long position, Message message) {
        if (!(message instanceof CompletedMessage report)) {
            return;
        }
        switch (report) {
            case Started started -> endings.started(reading, position, started);
            case Completed completed -> endings.completed(reading, position, completed);
            case Refused refused -> endings.refused(reading, position, refused);
            case Barrier barrier -> {
                // Late, so that its writer reads it too when two controllers read this topic.
                var mark = parts.readings().mark(reading, position);
                parts.timers()
                        .at(
                                parts.nowMs() + MARK_AGAIN_MS,
                                () -> parts.readings().settle(mark));
                if (barrier.life().equals(parts.life())) {
                    var awaited = barriers.remove(barrier.number());
                    if (awaited != null) {
                        awaited.read().run();
                    }
                }
            }
        }
    }

    private void barrier(ControllerId controller, Runnable read) {
        long number = ++lastBarrier;
        barriers.put(number, new Awaited(controller, read));
        write(controller, number);
    }

    /** Again now and then: one that somebody else settled before it was read here is not seen. */
    private void write(ControllerId controller, long number) {
        if (!barriers.containsKey(number)) {
            return;
        }
        parts.timers().at(parts.nowMs() + 2 * MARK_AGAIN_MS, () -> write(controller, number));
        parts.publications()
                .lasting(
                        Publications.draft(
                                Topic.completed(controller),
                                0,
                                new Barrier(parts.self(), parts.life(), number),
                                Durability.TRANSIENT),
                        position -> {});
    }

    /** An order that an answered-for controller has written and that has perhaps not been carried out. */
    private void found(InvokerId invoker, Activate order) {
        var activation = order.activation();
        if (!charges.containsKey(activation.controller())) {
            return;
        }
        var flight = ledger.find(activation.id());
        if (flight == null) {
            if (parts.ended().contains(activation.id(), activation.attempt())) {
                return;
            }
            flight = new Flight(activation, order.arguments(), order.environment(), parts.nowMs());
            flight.isRecovered = true;
            ledger.add(flight);
        } else if (activation.attempt() <= flight.attempt() || flight.phase == Flight.Phase.ENDING) {
            return;
        }
        var target = new Target(invoker, order.target());
        replacement.superseded(flight);
        flight.activation = activation;
        flight.arguments = order.arguments();
        flight.environment = order.environment();
        flight.phase = Flight.Phase.SENT;
        ledger.found(flight, target);
        if (membership.isDead(target)) {
            died(target);
        } else {
            membership.suspect(target, parts.nowMs());
        }
    }

    // -------------------------------------------------------------------------------------------- inquests

    /** A life of an invoker is over. */
    void died(Target target) {
        if (recoveries > 0 || inquests.contains(target)) {
            put.add(target);
        } else if (!ledger.on(target).isEmpty()) {
            inquests.add(target);
            begin(target);
        }
    }

    private void begin(Target target) {
        var open = new Countdown(() -> judge(target));
        open.expect();
        for (var controller : charges.keySet()) {
            open.expect();
            barrier(controller, open::arrived);
        }
        new Sweep(target.invoker(), (reading, position, order) -> find(target, reading, position, order), open::arrived)
                .begin();
    }

    /** An order on the dead invoker's topic: nobody else will settle it. */
    private void find(Target target, Readings.Reading reading, long position, Activate order) {
        var activation = order.activation();
        if (!charges.containsKey(activation.controller()) || !order.target().equals(target.incarnation())) {
            return;
        }
        found(target.invoker(), order);
        var flight = ledger.find(activation.id());
        if (flight == null || flight.attempt() > activation.attempt()) {
            parts.readings().settle(reading, position);
        } else if (flight.phase == Flight.Phase.STARTED || flight.phase == Flight.Phase.ENDING) {
            flight.untilEnded.add(parts.readings().mark(reading, position));
        } else {
            flight.untilPlaced.add(parts.readings().mark(reading, position));
        }
    }

    private void judge(Target target) {
        inquests.remove(target);
        for (var flight : ledger.on(target)) {
            if (flight.phase == Flight.Phase.SENT) {
                replacement.placeAgain(flight);
            } else if (flight.phase == Flight.Phase.STARTED) {
                endings.fail(flight, LOST);
            }
        }
        resume();
    }

    /** Runs its action once all that was expected has arrived. */
    private static final class Countdown {
        private final Runnable action;
        private int missing;

        Countdown(Runnable action) {
            this.action = action;
        }

        void expect() {
            missing++;
        }

        void arrived() {
            if (--missing == 0) {
                action.run();
            }
        }
    }

    /** Takes an order that a sweep comes upon. */
    private interface OrderTaker {
        void take(Readings.Reading reading, long position, Activate order);
    }

    /** Reads what is unsettled on an invoker's topic, up to a mark that it writes there itself. */
    private final class Sweep {
        private final InvokerId invoker;
        private final OrderTaker taker;
        private final Runnable done;
        private long markPosition = Long.MAX_VALUE;
        private long read = -1;
        private boolean isDone;

        Sweep(InvokerId invoker, OrderTaker taker, Runnable done) {
            this.invoker = invoker;
            this.taker = taker;
            this.done = done;
        }

        void begin() {
            var reading = parts.readings().open(Topic.invoker(invoker), 0, Start.UNSETTLED, this::received);
            mark(reading);
        }

        /** Again now and then: a mark that was settled by the invoker before the reader began is not seen. */
        private void mark(Readings.Reading reading) {
            if (isDone) {
                return;
            }
            parts.publications()
                    .lasting(
                            Publications.draft(
                                    Topic.invoker(invoker), 0, new MapWanted(parts.self()), Durability.TRANSIENT),
                            position -> {
                                markPosition = Math.min(markPosition, position);
                                endIfMarked(reading);
                            });
            parts.timers().at(parts.nowMs() + MARK_AGAIN_MS, () -> mark(reading));
        }

        private void received(Readings.Reading reading, long position, Message message) {
            read = Math.max(read, position);
            if (message instanceof Activate order) {
                taker.take(reading, position, order);
            } else if (message instanceof MapWanted wanted
                    && wanted.controller().equals(parts.self())) {
                parts.readings().settle(reading, position);
            }
            endIfMarked(reading);
        }

        private void endIfMarked(Readings.Reading reading) {
            if (!isDone && read >= markPosition) {
                isDone = true;
                parts.readings().stop(reading);
                done.run();
            }
        }
    }
}
