package pikachu.core.loops;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pikachu.core.activations.Activation;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.directory.GlobalMap;
import pikachu.core.instances.Entry;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/**
 * The way of an activation from the request to an invoker's topic, the first time and again.
 *
 * <p>Placing again goes by attempts: each has a document in the store that says where it runs, created once, so that two
 * controllers that both think it theirs send the same order to the same invoker, which knows a second copy by its ID and
 * attempt; and the one that wrote the document answers for the attempt.
 */
final class Dispatcher implements ClaimKeeper.Claimant {
    private static final int MOST_IN_FLIGHT = 10_000;
    private static final long BUS_PATIENCE_MS = 2000;
    private static final long CLAIM_PATIENCE_MS = 500;
    private static final long CLAIM_PAUSE_MS = 50;
    private static final int MOST_REFUSALS = 5;
    private static final long REFUSALS_WITHIN_MS = 60_000;
    private static final long AGAIN_PAUSE_MS = 250;
    private static final String BUS_AWAY = "The bus cannot be reached. Try again in a few seconds.";

    private final ControllerId self;
    private final Ledger ledger;
    private final Placement placement;
    private final Membership membership;
    private final GlobalMap map;
    private final Publications<ControllerEffect> publications;
    private final Timers timers;
    private final List<ControllerEffect> effects;
    private final Readings readings;
    private final RecentlyEnded ended;
    private final Map<ActivationId, Flight> unsent = new LinkedHashMap<>();
    /** Where an attempt that has no answer from the store yet was meant to go. */
    private final Map<ActivationId, Epoch> epochs = new LinkedHashMap<>();

    private ClaimKeeper claims;
    private Endings endings;
    private Undertaker undertaker;

    @SuppressWarnings("NullAway.Init") // the three know one another; ControllerLife joins them before the first event
    Dispatcher(Parts parts, Ledger ledger, Placement placement, Membership membership, GlobalMap map) {
        self = parts.self();
        this.ledger = ledger;
        this.placement = placement;
        this.membership = membership;
        this.map = map;
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

    // ------------------------------------------------------------------------------------------- admission

    void accept(ControllerEvent.Invoke request, long nowMs) {
        var refusal = refusal(request, nowMs);
        if (refusal.isPresent()) {
            effects.add(new ControllerEffect.Answer(request.ticket(), refusal.get()));
            return;
        }
        var activation = new Activation(
                request.id(),
                0,
                self,
                request.caller(),
                request.action(),
                request.instance().orElseGet(() -> InstanceId.of(request.id())),
                new Epoch(0),
                Optional.empty(),
                request.acceptedMs(),
                request.waitMs(),
                request.transaction());
        var flight = new Flight(activation, request.arguments(), request.environment(), nowMs);
        flight.ticket = request.ticket();
        ledger.add(flight);
        unsent.put(flight.id(), flight);
        if (flight.isClaimed()) {
            flight.phase = Flight.Phase.CLAIMING;
            claims.claim(flight, Optional.empty());
        } else {
            launch(flight, nowMs);
        }
    }

    private Optional<Reply> refusal(ControllerEvent.Invoke request, long nowMs) {
        if (!claims.isReady()) {
            return Optional.of(new Reply.Unavailable("The controller is starting. Try again in a few seconds."));
        }
        if (!membership.hearsItself(nowMs) || publications.isFailing(BUS_PATIENCE_MS)) {
            return Optional.of(new Reply.Unavailable(BUS_AWAY));
        }
        int count = ledger.count(request.caller().namespaceId());
        if (count >= request.concurrent()) {
            return Optional.of(new Reply.Throttled(count, request.concurrent()));
        }
        if (ledger.size() >= MOST_IN_FLIGHT) {
            return Optional.of(new Reply.Unavailable("This controller has " + MOST_IN_FLIGHT
                    + " activations in flight, which is all it takes. Try again when some have ended."));
        }
        return Optional.empty();
    }

    private void answer(Flight flight, Reply reply) {
        if (flight.ticket != Flight.NOBODY) {
            effects.add(new ControllerEffect.Answer(flight.ticket, reply));
            flight.ticket = Flight.NOBODY;
        }
    }

    /** It never left this controller: nothing is to be recorded. */
    private void abandon(Flight flight, Reply reply) {
        unsent.remove(flight.id());
        ledger.remove(flight);
        answer(flight, reply);
    }

    // --------------------------------------------------------------------------------------------- claims

    @Override
    public void granted(Flight flight, Epoch epoch) {
        long nowMs = publications.nowMs();
        if (flight.phase == Flight.Phase.CLAIMING) {
            flight.activation = withEpoch(flight.activation, epoch);
            launch(flight, nowMs);
        } else if (flight.phase == Flight.Phase.PLACING) {
            place(flight, epoch, nowMs);
        } else {
            release(flight, epoch);
        }
    }

    private static Activation withEpoch(Activation of, Epoch epoch) {
        return new Activation(
                of.id(),
                of.attempt(),
                of.controller(),
                of.caller(),
                of.action(),
                of.instance(),
                epoch,
                of.group(),
                of.acceptedMs(),
                of.waitMs(),
                of.transaction());
    }

    @Override
    public void refused(Flight flight, Optional<Held> holder) {
        long nowMs = publications.nowMs();
        if (flight.phase == Flight.Phase.CLAIMING) {
            refusedAtFirst(flight, holder, nowMs);
        } else if (holder.isEmpty()) {
            // Bus and claims are younger than the activation: nobody holds the ID, so it is claimed anew.
            claims.claim(flight, Optional.empty());
        } else if (holder.get().activation().equals(flight.id())) {
            flight.isClaimAdopted = !holder.get().controller().equals(self);
            place(flight, holder.get().epoch(), nowMs); // another controller was first to replace the claim
        } else {
            endings.fail(flight, "The instance ID was taken by another activation while this one was placed again.");
        }
    }

    private void refusedAtFirst(Flight flight, Optional<Held> holder, long nowMs) {
        boolean isPatient = nowMs - flight.beganMs < CLAIM_PATIENCE_MS;
        if (holder.isPresent() && holder.get().activation().equals(flight.id())) {
            granted(flight, holder.get().epoch());
        } else if (isPatient && (holder.isEmpty() || hasEnded(holder.get()))) {
            timers.at(nowMs + CLAIM_PAUSE_MS, () -> {
                if (flight.phase == Flight.Phase.CLAIMING && ledger.find(flight.id()) == flight) {
                    claims.claim(flight, Optional.empty());
                }
            });
        } else {
            var id = flight.activation.instance();
            abandon(
                    flight,
                    new Reply.Taken(id, map.entry(flight.activation.caller().namespace(), id)));
        }
    }

    /** Its release must be on the way. */
    private boolean hasEnded(Held holder) {
        var entry = map.entry(holder.namespace(), holder.id());
        return ended.contains(holder.activation(), 0)
                || entry.filter(held -> hasEnded(held, holder)).isPresent();
    }

    private static boolean hasEnded(Entry entry, Held holder) {
        int byEpoch = entry.epoch().compareTo(holder.epoch());
        return byEpoch > 0 || (byEpoch == 0 && !entry.isAlive());
    }

    @Override
    public void unreachable(Flight flight) {
        if (flight.phase == Flight.Phase.CLAIMING) {
            abandon(flight, new Reply.Unavailable(BUS_AWAY));
        }
    }

    private void release(Flight flight, Epoch epoch) {
        claims.release(flight.activation.caller().namespace(), flight.activation.instance(), epoch);
    }

    // ---------------------------------------------------------------------------------- to an invoker's topic

    private void launch(Flight flight, long nowMs) {
        var invoker = membership.hearsItself(nowMs)
                ? placement.take(flight.activation.action().name(), flight.memoryMb())
                : Optional.<InvokerId>empty();
        var target = invoker.map(membership::target);
        if (target.isEmpty()) {
            invoker.ifPresent(id -> placement.release(id, flight.memoryMb()));
            if (flight.isClaimed()) {
                release(flight, flight.activation.epoch());
            }
            abandon(flight, new Reply.Unavailable("No invoker is usable. Start one, or try again in a few seconds."));
            return;
        }
        ledger.placed(flight, target.get());
        send(flight);
    }

    private void send(Flight flight) {
        var target = flight.target;
        if (target == null) {
            throw new IllegalStateException("Activation " + flight.id() + " is to be sent but has no target");
        }
        flight.phase = Flight.Phase.SENT;
        flight.isClaimAdopted = false;
        var activation = flight.activation;
        flight.sending = publications.lasting(
                Publications.draft(
                        Topic.invoker(target.invoker()),
                        activation.id(),
                        new Activate(activation, target.incarnation(), flight.arguments, flight.environment),
                        activation.waitMs() > 0 ? Durability.BEHIND : Durability.COMMITTED),
                position -> sent(flight, activation));
    }

    private void sent(Flight flight, Activation sent) {
        unsent.remove(flight.id());
        if (flight.activation.attempt() != sent.attempt() || ledger.find(flight.id()) != flight) {
            return;
        }
        if (flight.phase == Flight.Phase.SENT || flight.phase == Flight.Phase.STARTED) {
            // Else it has been refused already, and what lies there asks for the next attempt.
            flight.sending = null;
            settlePlaced(flight);
        }
        if (sent.waitMs() == 0) {
            answer(flight, new Reply.Accepted());
        }
    }

    /** What asked for this placement needs no redelivery: the order is in the log. */
    private void settlePlaced(Flight flight) {
        if (!flight.untilPlaced.isEmpty()) {
            flight.untilPlaced.forEach(readings::settle);
            flight.untilPlaced = new ArrayList<>(0);
        }
    }

    /**
     * Says so to callers whose order or claim the bus has not taken for a while. The order stays in the book and is tried
     * on, for nobody can say that the bus does not have it; the claim is given up.
     */
    void tick(long nowMs) {
        while (!unsent.isEmpty()) {
            var flight = unsent.values().iterator().next();
            if (nowMs - flight.beganMs <= BUS_PATIENCE_MS) {
                return;
            }
            unsent.remove(flight.id());
            if (flight.phase == Flight.Phase.CLAIMING) {
                claims.giveUp(flight);
            } else {
                answer(
                        flight,
                        new Reply.Unavailable("The bus does not take the activation; it may run yet. " + BUS_AWAY));
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- again

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
        flight.phase = Flight.Phase.PLACING;
        ledger.unplace(flight);
        later(flight, nowMs + AGAIN_PAUSE_MS * (flight.refusals - 1));
    }

    private void later(Flight flight, long atMs) {
        long nowMs = publications.nowMs();
        if (atMs <= nowMs) {
            placeAgain(flight, nowMs);
        } else {
            int attempt = flight.attempt();
            timers.at(atMs, () -> {
                boolean isSame = ledger.find(flight.id()) == flight && flight.attempt() == attempt;
                if (isSame && flight.phase == Flight.Phase.PLACING) {
                    placeAgain(flight, publications.nowMs());
                }
            });
        }
    }

    /** It has not been started and never will be where it was: it gets a new place, under the next attempt. */
    void placeAgain(Flight flight, long nowMs) {
        flight.phase = Flight.Phase.PLACING;
        if (flight.sending != null) {
            flight.sending.callOff();
            flight.sending = null;
        }
        ledger.unplace(flight);
        if (flight.isClaimed() && flight.isClaimAdopted) {
            place(flight, flight.activation.epoch(), nowMs);
        } else if (flight.isClaimed()) {
            claims.claim(flight, Optional.of(flight.activation.epoch()));
        } else {
            place(flight, new Epoch(flight.attempt() + 1L), nowMs);
        }
    }

    private void place(Flight flight, Epoch epoch, long nowMs) {
        if (flight.isClaimed()) {
            flight.activation = withEpoch(flight.activation, epoch); // so that this claim is released, however it ends
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
        send(flight);
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
        answer(flight, new Reply.Accepted());
        ledger.remove(flight);
        forget(flight);
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

    /** Not in flight any more. */
    void forget(Flight flight) {
        unsent.remove(flight.id());
        epochs.remove(flight.id());
        claims.giveUp(flight);
        if (flight.sending != null) {
            flight.sending.callOff();
            flight.sending = null;
        }
    }
}
