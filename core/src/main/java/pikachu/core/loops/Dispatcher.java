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
import pikachu.core.messages.ClaimMessage.Claim;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.ClaimMessage.Wanted;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.Placement;

/** The way of an activation from the request to an invoker's topic. */
final class Dispatcher implements ClaimKeeper.Claimant {
    private static final int MOST_IN_FLIGHT = 10_000;
    private static final long BUS_PATIENCE_MS = 2000;
    private static final long CLAIM_PATIENCE_MS = 500;
    private static final long CLAIM_PAUSE_MS = 50;

    /**
     * Orders of callers who wait at least so long are written behind: they are on disk within some 50 ms, so for certain
     * when so much time has passed since the bus took them. Others are on disk before the bus says that it has them. So
     * whoever is told Accepted can rely on a record, even if the whole platform is killed in that moment.
     */
    private static final long BEHIND_MS = 1000;

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
    private ClaimKeeper claims;
    private Replacement replacement;

    @SuppressWarnings("NullAway.Init") // these know one another; ControllerLife joins them before the first event
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

    void join(ClaimKeeper newClaims, Replacement newReplacement) {
        claims = newClaims;
        replacement = newReplacement;
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

    void answer(Flight flight, Reply reply) {
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
        if (flight.phase == Flight.Phase.CLAIMING) {
            flight.activation = withEpoch(flight.activation, epoch);
            launch(flight, publications.nowMs());
        } else if (flight.phase == Flight.Phase.PLACING) {
            replacement.place(flight, epoch);
        } else {
            release(flight, epoch);
        }
    }

    static Activation withEpoch(Activation of, Epoch epoch) {
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
        if (flight.phase == Flight.Phase.CLAIMING) {
            refusedAtFirst(flight, holder, publications.nowMs());
        } else {
            replacement.claimRefused(flight, holder);
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
    public void grantedLate(Claim claim, Wanted wanted, Epoch epoch) {
        var flight = ledger.find(wanted.activation());
        if (flight == null && claim.replaces().isEmpty()) {
            // given up meanwhile, or published twice and ended in between
            claims.release(claim.namespace(), wanted.id(), epoch);
        } else if (flight != null
                && flight.phase == Flight.Phase.PLACING
                && flight.activation.epoch().compareTo(epoch) < 0) {
            flight.activation = withEpoch(flight.activation, epoch);
        }
        // else somebody who places it again may hold the ID by this claim; if nobody does, it is found orphaned
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

    /** Sends the order to where it has been placed. */
    void send(Flight flight) {
        var target = flight.target;
        if (target == null) {
            throw new IllegalStateException("Activation " + flight.id() + " is to be sent but has no target");
        }
        flight.phase = Flight.Phase.SENT;
        flight.isClaimAdopted = false;
        var activation = flight.activation;
        boolean isBehind = activation.waitMs() >= BEHIND_MS && !flight.isWaitOver;
        flight.sending = publications.lasting(
                Publications.draft(
                        Topic.invoker(target.invoker()),
                        activation.id(),
                        new Activate(activation, target.incarnation(), flight.arguments, flight.environment),
                        isBehind ? Durability.BEHIND : Durability.COMMITTED),
                position -> sent(flight, activation, isBehind));
    }

    private void sent(Flight flight, Activation sent, boolean isBehind) {
        unsent.remove(flight.id());
        flight.durableMs = Math.min(flight.durableMs, publications.nowMs() + (isBehind ? BEHIND_MS : 0));
        if (flight.activation.attempt() != sent.attempt() || ledger.find(flight.id()) != flight) {
            return;
        }
        if (flight.phase == Flight.Phase.SENT || flight.phase == Flight.Phase.STARTED) {
            // Else it has been refused already, and what lies there asks for the next attempt.
            flight.sending = null;
            settlePlaced(flight);
        }
        if (sent.waitMs() == 0 || flight.isWaitOver) {
            acceptOnceDurable(flight);
        }
    }

    void waitOver(ActivationId id) {
        var flight = ledger.find(id);
        if (flight != null) {
            flight.isWaitOver = true;
            acceptOnceDurable(flight);
        }
    }

    private void acceptOnceDurable(Flight flight) {
        if (flight.durableMs <= publications.nowMs()) {
            answer(flight, new Reply.Accepted());
        } else if (flight.durableMs != Long.MAX_VALUE) {
            timers.at(flight.durableMs, () -> answer(flight, new Reply.Accepted()));
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

    /** Not in flight any more. */
    void forget(Flight flight) {
        unsent.remove(flight.id());
        replacement.forget(flight);
        claims.giveUp(flight);
        if (flight.sending != null) {
            flight.sending.callOff();
            flight.sending = null;
        }
    }
}
