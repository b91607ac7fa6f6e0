package pikachu.core.loops;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pikachu.core.activations.Activation;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/**
 * A new place for what was not started where it was: refused there, or its invoker died.
 *
 * <p>It goes by attempts: each has a document in the store that says where it runs, created once, so that two controllers
 * that both think it theirs send the same order to the same invoker, which knows a second copy by its ID and attempt; and
 * the one that wrote the document answers for the attempt.
 */
final class Replacement {
    private static final int MOST_REFUSALS = 5;
    private static final long REFUSALS_WITHIN_MS = 60_000;
    private static final long AGAIN_PAUSE_MS = 250;

    private final ControllerId self;
    private final Ledger ledger;
    private final Placement placement;
    private final Membership membership;
    private final Dispatcher dispatcher;
    private final Publications<ControllerEffect> publications;
    private final Timers timers;
    private final List<ControllerEffect> effects;
    private final Readings readings;
    private final RecentlyEnded ended;
    /** Epochs of attempts whose place the store has not confirmed yet. */
    private final Map<ActivationId, Epoch> epochs = new HashMap<>();

    private ClaimKeeper claims;
    private Endings endings;
    private Undertaker undertaker;

    @SuppressWarnings("NullAway.Init") // these know one another; ControllerLife joins them before the first event
    Replacement(Parts parts, Ledger ledger, Placement placement, Membership membership, Dispatcher dispatcher) {
        self = parts.self();
        this.ledger = ledger;
        this.placement = placement;
        this.membership = membership;
        this.dispatcher = dispatcher;
        publications = parts.publications();
        timers = parts.timers();
        effects = parts.effects();
        readings = parts.readings();
        ended = parts.ended();
    }

    void join(ClaimKeeper newClaims, Endings newEndings, Undertaker newUndertaker) {
        claims = newClaims;
        endings = newEndings;
        undertaker = newUndertaker;
    }

    /** Its claim could not be replaced. */
    void claimRefused(Flight flight, Optional<Held> holder) {
        var own = holder.filter(held -> held.activation().equals(flight.id()));
        if (own.isPresent()) {
            // Another controller was first to replace the claim.
            flight.isClaimAdopted = !own.get().controller().equals(self);
            if (flight.isClaimAdopted) {
                claims.adopt(flight, own.get().epoch(), self);
            }
            place(flight, own.get().epoch());
        } else {
            endings.fail(flight, "The instance ID was taken by another activation while this one was placed again.");
        }
    }

    /** Its invoker has refused it. */
    void refused(Flight flight, String reason, long nowMs) {
        if (nowMs - flight.firstRefusedMs > REFUSALS_WITHIN_MS) {
            flight.firstRefusedMs = nowMs;
            flight.refusals = 0;
        }
        if (++flight.refusals > MOST_REFUSALS) {
            endings.fail(flight, "No invoker ran this activation; the last one said: " + reason + ".");
            return;
        }
        seekPlace(flight);
        ledger.unplace(flight);
        later(flight, nowMs + AGAIN_PAUSE_MS * (flight.refusals - 1));
    }

    /** It is further than was known here: what was under way to place it is void. */
    void superseded(Flight flight) {
        epochs.remove(flight.id());
        claims.forget(flight);
        flight.isClaimAdopted = false;
    }

    private void seekPlace(Flight flight) {
        if (flight.phase != Flight.Phase.PLACING) {
            flight.phase = Flight.Phase.PLACING;
            flight.sinceMs = publications.nowMs();
        }
    }

    private void later(Flight flight, long atMs) {
        long nowMs = publications.nowMs();
        if (atMs <= nowMs) {
            placeAgain(flight);
        } else {
            int attempt = flight.attempt();
            timers.at(atMs, () -> {
                boolean isSame = ledger.find(flight.id()) == flight && flight.attempt() == attempt;
                if (isSame && flight.phase == Flight.Phase.PLACING) {
                    placeAgain(flight);
                }
            });
        }
    }

    /** It has not been started and never will be where it was: it gets a new place, under the next attempt. */
    void placeAgain(Flight flight) {
        seekPlace(flight);
        if (flight.sending != null) {
            flight.sending.callOff();
            flight.sending = null;
        }
        ledger.unplace(flight);
        if (flight.isClaimed() && flight.isClaimAdopted) {
            place(flight, flight.activation.epoch());
        } else if (flight.isClaimed()) {
            claims.claim(flight, Optional.of(flight.activation.epoch()));
        } else {
            place(flight, new Epoch(flight.attempt() + 1L));
        }
    }

    /** Finds a place and claims it in the store; the instance ID has been claimed. */
    void place(Flight flight, Epoch epoch) {
        long nowMs = publications.nowMs();
        if (flight.isClaimed()) {
            flight.activation =
                    Dispatcher.withEpoch(flight.activation, epoch); // so that this claim is released, however it ends
        }
        var invoker = placement.take(flight.activation.action().name(), flight.memoryMb());
        var target = invoker.map(membership::target);
        invoker.ifPresent(id -> placement.release(id, flight.memoryMb()));
        if (target.isPresent()) {
            epochs.put(flight.id(), epoch);
            effects.add(new ControllerEffect.CreatePlacement(
                    flight.activation.caller().namespace(), flight.id(), flight.attempt() + 1, target.get(), self));
        } else {
            later(flight, nowMs + AGAIN_PAUSE_MS); // until it is overdue
        }
    }

    void placementCreated(ControllerEvent.PlacementCreated created) {
        var flight = ledger.find(created.activation());
        var epoch = epochs.remove(created.activation());
        if (flight == null
                || epoch == null
                || flight.phase != Flight.Phase.PLACING
                || created.attempt() != flight.attempt() + 1) {
            return;
        }
        var target = created.holds();
        if (!created.by().equals(self)) {
            handOver(flight, flight.activation.again(created.by(), epoch), target);
            return;
        }
        flight.activation = flight.activation.again(self, epoch);
        ledger.found(flight, target);
        dispatcher.send(flight);
        if (membership.isDead(target)) {
            undertaker.died(target); // an earlier life of this controller placed it there
        } else {
            membership.suspect(target, publications.nowMs());
        }
    }

    /**
     * Another controller has placed it again, so reports of the new attempt go to that one's topic and it answers for it.
     * Should it have died before it sent the order, whoever takes over from it finds this copy.
     */
    private void handOver(Flight flight, Activation activation, Target target) {
        if (flight.isClaimed()) {
            claims.adopt(flight, activation.epoch(), activation.controller());
        }
        dispatcher.answer(flight, new Reply.Accepted());
        ledger.remove(flight);
        dispatcher.forget(flight);
        // Only the attempt before: this controller may yet have to answer for the new one, in the other's place.
        ended.add(activation.id(), flight.attempt(), publications.nowMs());
        publications.lasting(
                Publications.draft(
                        Topic.invoker(target.invoker()),
                        activation.id(),
                        new Activate(activation, target.incarnation(), flight.arguments, flight.environment),
                        Durability.COMMITTED),
                position -> {
                    flight.untilPlaced.forEach(readings::settle);
                    flight.untilEnded.forEach(readings::settle);
                });
    }

    void forget(Flight flight) {
        epochs.remove(flight.id());
    }
}
