package pikachu.core.loops;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.CompletedMessage.Refused;
import pikachu.core.messages.CompletedMessage.Started;
import pikachu.core.names.ActivationId;
import pikachu.core.scheduling.Target;

/**
 * What invokers report of activations, and how these end. A report of an attempt that has been superseded is settled and
 * has no other effect; a report of an activation that nobody here knows is from before this life and makes it known.
 */
final class Endings {
    private static final long OVERDUE_EVERY_MS = 5000;
    private static final int MOST_UNWRITTEN = 10_000;
    private static final int LARGEST_UNWRITTEN = 8192;

    /** An activation that has been answered while its invoker was still to write its record. */
    private record Unwritten(Target by, ActivationRecord record, long atMs) {}

    private final Parts parts;
    private final Ledger ledger;
    private final Membership membership;
    private final Timing timing;
    private final ArrayDeque<Unwritten> unwritten = new ArrayDeque<>();
    private ClaimKeeper claims;
    private Dispatcher dispatcher;
    private Replacement replacement;
    private Undertaker undertaker;
    private long overdueDueMs = Long.MIN_VALUE;

    @SuppressWarnings("NullAway.Init") // these know one another; ControllerLife joins them before the first event
    Endings(Parts parts, Ledger ledger, Membership membership, Timing timing) {
        this.parts = parts;
        this.ledger = ledger;
        this.membership = membership;
        this.timing = timing;
    }

    void join(ClaimKeeper newClaims, Dispatcher newDispatcher, Replacement newReplacement, Undertaker newUndertaker) {
        claims = newClaims;
        dispatcher = newDispatcher;
        replacement = newReplacement;
        undertaker = newUndertaker;
    }

    // -------------------------------------------------------------------------------------------- reports

    void started(Readings.Reading reading, long position, Started report) {
        var activation = report.activation();
        var target = new Target(report.invoker(), report.incarnation());
        var flight = ledger.find(activation.id());
        if (flight == null) {
            if (parts.ended().contains(activation.id(), activation.attempt())) {
                parts.readings().settle(reading, position);
                return;
            }
            flight = new Flight(activation, JsonText.EMPTY_OBJECT, JsonText.EMPTY_OBJECT, parts.nowMs());
            flight.isRecovered = true;
            flight.phase = Flight.Phase.SENT;
            ledger.add(flight);
        } else if (activation.attempt() < flight.attempt()
                || (activation.attempt() == flight.attempt() && flight.phase == Flight.Phase.PLACING)) {
            parts.readings().settle(reading, position); // too late to count: it is not run there
            return;
        }
        flight.untilEnded.add(parts.readings().mark(reading, position));
        if (flight.phase != Flight.Phase.ENDING) {
            begun(flight, report, target);
        }
    }

    private void begun(Flight flight, Started report, Target target) {
        replacement.superseded(flight);
        flight.activation = report.activation();
        flight.phase = Flight.Phase.STARTED;
        flight.sinceMs = parts.nowMs();
        flight.arguments = JsonText.EMPTY_OBJECT;
        flight.environment = JsonText.EMPTY_OBJECT;
        ledger.found(flight, target);
        if (flight.isRecovered) {
            if (membership.isDead(target)) {
                undertaker.died(target);
            } else {
                membership.suspect(target, parts.nowMs());
            }
        }
    }

    void completed(Readings.Reading reading, long position, Completed report) {
        parts.readings().settle(reading, position);
        var flight = ledger.find(report.activation());
        if (flight == null) {
            boolean isNews = !parts.ended().contains(report.activation(), report.attempt());
            if (isNews && !report.isRecorded()) {
                report.record().ifPresent(this::create);
            }
            return;
        }
        boolean isTooLate = report.attempt() < flight.attempt()
                || (report.attempt() == flight.attempt() && flight.phase == Flight.Phase.PLACING);
        if (isTooLate || flight.phase == Flight.Phase.ENDING) {
            return;
        }
        if (flight.isRecovered && !report.isRecorded()) {
            // Who should have written the record may have died with the earlier life.
            flight.phase = Flight.Phase.ENDING;
            create(report.record()
                    .orElseGet(() -> ActivationRecord.internalError(
                            flight.activation, parts.nowMs(), "What this activation gave is not known.")));
            return;
        }
        if (!report.isRecorded()) {
            report.record().ifPresent(record -> remember(report, record));
        }
        finish(flight, report.record().<Reply>map(Reply.Finished::new).orElseGet(Reply.Ended::new));
    }

    void refused(Readings.Reading reading, long position, Refused report) {
        var order = report.activate();
        var activation = order.activation();
        var flight = ledger.find(activation.id());
        if (flight == null) {
            if (parts.ended().contains(activation.id(), activation.attempt())) {
                parts.readings().settle(reading, position);
                return;
            }
            flight = new Flight(activation, order.arguments(), order.environment(), parts.nowMs());
            flight.isRecovered = true;
            flight.phase = Flight.Phase.SENT;
            ledger.add(flight);
        } else if (activation.attempt() < flight.attempt() || flight.phase == Flight.Phase.ENDING) {
            parts.readings().settle(reading, position);
            return;
        }
        flight.untilPlaced.add(parts.readings().mark(reading, position));
        if (activation.attempt() == flight.attempt() && flight.phase == Flight.Phase.PLACING) {
            return;
        }
        if (order.target().equals(report.incarnation())) {
            refusedByTarget(flight, report);
        } else {
            refusedBySuccessor(flight, report);
        }
    }

    /** Nobody but the target may say so, also of what it had announced: that is void. */
    private void refusedByTarget(Flight flight, Refused report) {
        adopt(flight, report);
        flight.untilPlaced.addAll(flight.untilEnded);
        flight.untilEnded = new ArrayList<>(1);
        replacement.refused(flight, report.reason(), parts.nowMs());
    }

    /** A later life of the invoker found the order. It does not know what the earlier one did, only that it is over. */
    private void refusedBySuccessor(Flight flight, Refused report) {
        var target = new Target(report.invoker(), report.activate().target());
        if (flight.phase == Flight.Phase.SENT || report.activate().activation().attempt() > flight.attempt()) {
            adopt(flight, report);
            flight.phase = Flight.Phase.SENT;
            ledger.found(flight, target);
        }
        if (membership.isDead(target)) {
            undertaker.died(target);
        } else {
            membership.bury(target);
        }
    }

    private void adopt(Flight flight, Refused report) {
        replacement.superseded(flight);
        flight.activation = report.activate().activation();
        flight.arguments = report.activate().arguments();
        flight.environment = report.activate().environment();
    }

    // --------------------------------------------------------------------------------------------- endings

    /** It has been started, or cannot be: its record says that the platform did not bring it to an end. */
    void fail(Flight flight, String why) {
        flight.phase = Flight.Phase.ENDING;
        dispatcher.forget(flight);
        create(ActivationRecord.internalError(flight.activation, parts.nowMs(), plain(why)));
    }

    /** Invokers' reasons go into it, which may quote anything; it is put into JSON as it is. */
    private static String plain(String text) {
        return text.replaceAll("[\"\\\\\\p{Cntrl}]", "'");
    }

    private void create(ActivationRecord record) {
        parts.effects().add(new ControllerEffect.CreateRecord(record));
    }

    void recordCreated(ActivationId id) {
        var flight = ledger.find(id);
        if (flight != null) {
            finish(flight, new Reply.Ended());
        }
    }

    private void finish(Flight flight, Reply reply) {
        ledger.remove(flight);
        dispatcher.forget(flight);
        parts.ended().add(flight.id(), flight.attempt(), parts.nowMs());
        flight.untilPlaced.forEach(parts.readings()::settle);
        flight.untilEnded.forEach(parts.readings()::settle);
        if (flight.isClaimed()) {
            // Before the answer, so that whoever got it can use the ID again.
            claims.release(
                    flight.activation.caller().namespace(), flight.activation.instance(), flight.activation.epoch());
        }
        dispatcher.answer(flight, reply);
    }

    // ---------------------------------------------------------------------------------- what may be missing

    private void remember(Completed report, ActivationRecord record) {
        if (record.size() <= LARGEST_UNWRITTEN && record.logs().size() <= LARGEST_UNWRITTEN / 64) {
            var by = new Target(report.invoker(), report.incarnation());
            unwritten.add(new Unwritten(by, record, parts.nowMs()));
            if (unwritten.size() > MOST_UNWRITTEN) {
                unwritten.remove();
            }
        }
    }

    /** An invoker died: records that it had yet to write behind its answers are written here. */
    void died(Target target) {
        for (var each : unwritten) {
            if (each.by().equals(target)) {
                create(each.record());
            }
        }
    }

    void tick(long nowMs) {
        long before = nowMs - 2 * timing.deadAfterMs();
        while (!unwritten.isEmpty() && unwritten.peek().atMs() < before) {
            unwritten.remove();
        }
        if (nowMs >= overdueDueMs) {
            overdueDueMs = nowMs + OVERDUE_EVERY_MS;
            for (var flight : List.copyOf(ledger.all())) {
                if (flight.isOverdue(nowMs)) {
                    overdue(flight, nowMs);
                }
            }
        }
    }

    /**
     * An order that lies with a living invoker may wait for a slot for any time and be run yet: to end it would free an
     * instance ID that is to be used. It ends by the invoker's word or death, or because it had ended already: an order
     * that was recovered just before it was settled is never heard of again.
     */
    private void overdue(Flight flight, long nowMs) {
        switch (flight.phase) {
            case STARTED, PLACING ->
                fail(flight, "Nothing was heard of this activation for longer than its limits allow.");
            case SENT -> {
                flight.sinceMs = nowMs;
                parts.effects()
                        .add(new ControllerEffect.FindRecord(
                                flight.activation.caller().namespace(), flight.id()));
            }
            case CLAIMING, ENDING -> {} // the dispatcher's to give up; the store's to answer
        }
    }
}
