package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import pikachu.core.activations.Activation;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.directory.GlobalMap;
import pikachu.core.directory.MergeRule;
import pikachu.core.instances.Change;
import pikachu.core.instances.Entry;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.HealthMessage;
import pikachu.core.messages.HealthMessage.ControllerDead;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.DirectoryWanted;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.InvokerDead;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.messages.InvokerMessage.MapWanted;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/** One life of a controller: makes its parts, joins them, and hands each event to the part it is for. */
final class ControllerLife implements Membership.Listener {
    private static final long MAP_WANTED_PAUSE_MS = 200;

    private final Parts parts;
    private final Ledger ledger;
    private final Membership membership;
    private final GlobalMap map;
    private final Distribution distribution;
    private final ClaimKeeper claims;
    private final Dispatcher dispatcher;
    private final Replacement replacement;
    private final Endings endings;
    private final Undertaker undertaker;
    private final Watches watches;
    private final Map<InvokerId, Long> mapWantedMs = new HashMap<>();
    private boolean isDead;

    ControllerLife(
            Parts parts, long generation, Timing timing, MergeRule rule, Watches watches, RandomGenerator random) {
        this.parts = parts;
        this.watches = watches;
        var placement = new Placement(random);
        ledger = new Ledger(placement);
        membership = new Membership(parts.self(), parts.life(), timing, placement, parts.publications(), this);
        map = new GlobalMap(timing.goneKept(), rule, this::changed);
        distribution = new Distribution(map, parts.publications(), parts.timers());
        dispatcher = new Dispatcher(parts, ledger, placement, membership, map);
        replacement = new Replacement(parts, ledger, placement, membership, dispatcher);
        endings = new Endings(parts, ledger, membership, timing);
        undertaker = new Undertaker(parts, ledger, membership, endings, replacement, dispatcher);
        claims = new ClaimKeeper(parts.self(), generation, parts.publications(), parts.effects(), dispatcher);
        dispatcher.join(claims, replacement);
        replacement.join(claims, endings, undertaker);
        endings.join(claims, dispatcher, replacement, undertaker);
    }

    void start(Set<InvokerId> invokers, Set<ControllerId> controllers, long nowMs) {
        membership.begin(invokers, controllers, nowMs);
        parts.readings().open(Topic.HEALTH, 0, Start.END, this::health);
        claims.start(parts.readings());
        undertaker.answerFor(parts.self());
        membership.tick(nowMs);
    }

    /** The bus or the store has something, or time has passed. */
    void handle(ControllerEvent event, long nowMs) {
        parts.timers().run(nowMs);
        switch (event) {
            case ControllerEvent.Tick tick -> tick(nowMs);
            case ControllerEvent.Invoke invoke -> dispatcher.accept(invoke, nowMs);
            case ControllerEvent.WaitOver over -> dispatcher.waitOver(over.activation());
            case ControllerEvent.Received received -> parts.readings().received(received);
            case ControllerEvent.Missed missed -> claims.missed(missed.reading());
            case ControllerEvent.PublishDone done -> parts.publications().done(done.publication(), done.how());
            case ControllerEvent.PlacementCreated created -> replacement.placementCreated(created);
            case ControllerEvent.RecordCreated created -> endings.recordCreated(created.activation());
            case ControllerEvent.ListInstances list ->
                parts.effects().add(new ControllerEffect.Instances(list.ticket(), map.entries(list.namespace())));
            case ControllerEvent.Watch watch ->
                watches.add(watch.watch(), watch.namespace(), map.entries(watch.namespace()));
            case ControllerEvent.Unwatch unwatch -> watches.remove(unwatch.watch());
            case ControllerEvent.Look look -> look(look.ticket());
        }
        distribution.tick(membership.isPublisher(), nowMs);
        watches.show(parts.effects());
    }

    private void tick(long nowMs) {
        membership.tick(nowMs);
        dispatcher.tick(nowMs);
        endings.tick(nowMs);
        map.expire(nowMs);
        parts.ended().expire(nowMs);
        claims.snapshot(membership.isPublisher());
        if (!undertaker.isRecovering()) {
            claims.freeOrphans(undertaker.answersFor(), this::isAlive, nowMs);
        }
    }

    /** In flight here, or handed over to another controller and running. */
    private boolean isAlive(Held held) {
        return ledger.find(held.activation()) != null
                || map.entry(held.namespace(), held.id())
                        .filter(entry -> entry.isAlive() && entry.epoch().equals(held.epoch()))
                        .isPresent();
    }

    private void health(Readings.Reading reading, long position, Message message) {
        if (!(message instanceof HealthMessage health)) {
            return;
        }
        long nowMs = parts.nowMs();
        switch (health) {
            case Heartbeat heartbeat -> heard(heartbeat, nowMs);
            case MapSnapshot snapshot -> {
                if (membership.isHeard(snapshot.invoker(), snapshot.incarnation(), nowMs)) {
                    map.apply(snapshot, nowMs);
                }
            }
            case ControllerHeartbeat heartbeat -> membership.heard(heartbeat, nowMs);
            case InvokerDead verdict -> membership.verdict(verdict);
            case ControllerDead verdict -> membership.verdict(verdict, nowMs);
            case DirectoryWanted wanted -> distribution.wanted(wanted.namespace(), nowMs);
        }
    }

    private void heard(Heartbeat heartbeat, long nowMs) {
        if (membership.heard(heartbeat, nowMs) && !map.apply(heartbeat, nowMs)) {
            long asked = mapWantedMs.getOrDefault(heartbeat.invoker(), Long.MIN_VALUE / 2);
            if (nowMs - asked >= MAP_WANTED_PAUSE_MS) {
                mapWantedMs.put(heartbeat.invoker(), nowMs);
                parts.publications().send(Topic.invoker(heartbeat.invoker()), 0, new MapWanted(parts.self()));
            }
        }
    }

    private void changed(Change change) {
        distribution.changed(change);
        watches.changed(change.entry());
    }

    private void look(long ticket) {
        var inFlight = new HashMap<ActivationId, String>();
        ledger.all().forEach(flight -> inFlight.put(flight.id(), describe(flight.activation)));
        parts.effects().add(new ControllerEffect.Overview(ticket, membership.states(), inFlight));
    }

    private static String describe(Activation activation) {
        return activation.action().name() + "@" + activation.action().version();
    }

    // --------------------------------------------------------------------------------- what membership tells

    @Override
    public void invokerDied(Target target) {
        map.end(target.invoker(), target.incarnation(), parts.nowMs());
        mapWantedMs.remove(target.invoker());
        endings.died(target);
        undertaker.died(target);
    }

    @Override
    public void controllerLacks(ControllerId controller) {
        undertaker.answerFor(controller);
    }

    @Override
    public void controllerLives(ControllerId controller) {
        undertaker.lives(controller);
    }

    @Override
    public void ownDeath() {
        isDead = true;
    }

    /** Whether the verdict on this life has been read. */
    boolean isDead() {
        return isDead;
    }

    /** This life ends: those who wait are told what is known, and nothing more is read. */
    void end() {
        for (var flight : new ArrayList<>(ledger.all())) {
            if (flight.ticket != Flight.NOBODY) {
                boolean isOnItsWay = flight.phase != Flight.Phase.CLAIMING && flight.sending == null;
                parts.effects()
                        .add(new ControllerEffect.Answer(
                                flight.ticket,
                                isOnItsWay
                                        ? new Reply.Accepted()
                                        : new Reply.Unavailable(
                                                "This controller was taken for dead and begins anew. Try again.")));
            }
        }
        parts.readings().stopAll();
    }

    // ------------------------------------------------------------------------------------- for looking at

    long nextDue() {
        return Math.min(
                Math.min(membership.nextDue(), distribution.nextDue()),
                Math.min(parts.timers().nextDue(), parts.publications().nextDue()));
    }

    boolean isReady() {
        return claims.isReady();
    }

    boolean isPublisher() {
        return membership.isPublisher();
    }

    int inFlight() {
        return ledger.size();
    }

    List<Held> claimsHeld() {
        return claims.held();
    }

    List<Entry> entries(NamespaceName namespace) {
        return map.entries(namespace);
    }

    List<InvokerId> knownInvokers() {
        return membership.known();
    }

    static Publications.Form<ControllerEffect> form() {
        return out -> new ControllerEffect.Publish(
                out.number(), out.topic(), out.partition(), out.key(), out.message(), out.durability());
    }
}
