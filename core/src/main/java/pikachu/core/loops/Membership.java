package pikachu.core.loops;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.messages.HealthMessage.ControllerDead;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.InvokerDead;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.scheduling.InvokerState;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/**
 * Who lives. Silence is counted in the log and not by the clock on the wall: up to the moment at which the last own
 * heartbeat that has been read was sent, since by then everything that others had put into the log before has been read
 * too. So neither a slow reader nor an absent bus makes anybody look dead; and when the own heartbeats have had a gap,
 * everybody gets the whole time anew.
 */
final class Membership {
    private static final int DEAD_REMEMBERED = 100_000;
    private static final long NEVER = Long.MIN_VALUE / 2;

    /** Told of what changes. */
    interface Listener {
        /** This life is dead, by verdict or because a new one has begun. */
        void invokerDied(Target target);

        /** A controller that may have activations in flight does not live, and this one publishes. */
        void controllerLacks(ControllerId controller);

        void controllerLives(ControllerId controller);

        /** The verdict is on this controller's own life. */
        void ownDeath();
    }

    private static final class Life {
        final Incarnation incarnation;
        final long firstHeardMs;
        long heardMs;
        long verdictMs = NEVER;
        int memoryMb;

        Life(Incarnation incarnation, long nowMs) {
            this.incarnation = incarnation;
            firstHeardMs = nowMs;
            heardMs = nowMs;
        }
    }

    private final ControllerId self;
    private final Incarnation ownLife;
    private final Timing timing;
    private final Placement placement;
    private final Publications<?> publications;
    private final Listener listener;
    private final Map<InvokerId, Life> invokers = new HashMap<>();
    private final Set<InvokerId> known = new LinkedHashSet<>();
    private final Map<Target, Long> suspects = new LinkedHashMap<>();
    private final Map<InvokerId, Long> notices = new HashMap<>();
    private final Set<Target> dead = new LinkedHashSet<>();
    private final TreeMap<ControllerId, Life> controllers = new TreeMap<>();
    private final Map<ControllerId, Long> absent = new TreeMap<>();
    private final Set<Incarnation> deadControllers = new LinkedHashSet<>();
    private final Map<Long, Long> ownSent = new LinkedHashMap<>();
    private long beatDueMs = NEVER;
    private long beats;
    private long ownHeardMs = NEVER;
    private long heardUpToMs = NEVER;
    private long calmSinceMs = Long.MAX_VALUE;

    Membership(
            ControllerId self,
            Incarnation ownLife,
            Timing timing,
            Placement placement,
            Publications<?> publications,
            Listener listener) {
        this.self = self;
        this.ownLife = ownLife;
        this.timing = timing;
        this.placement = placement;
        this.publications = publications;
        this.listener = listener;
    }

    /** Nodes that there have been, of whatever life. */
    void begin(Set<InvokerId> knownInvokers, Set<ControllerId> knownControllers, long nowMs) {
        knownInvokers.stream().sorted().forEach(known::add); // any order would do, but always the same
        knownControllers.stream().filter(id -> !id.equals(self)).forEach(id -> absent.put(id, nowMs));
    }

    // ------------------------------------------------------------------------------------------ invokers

    /** Whether the heartbeat counts: one of a dead life is answered with a notice instead. */
    boolean heard(Heartbeat heartbeat, long nowMs) {
        if (!isHeard(heartbeat.invoker(), heartbeat.incarnation(), nowMs)) {
            return false;
        }
        var life = invokers.get(heartbeat.invoker());
        if (life != null) {
            life.memoryMb = heartbeat.capacity().memoryMb();
            placement.update(heartbeat.invoker(), life.memoryMb, true);
        }
        return true;
    }

    /** Whether a life that is heard of is not a dead one. */
    boolean isHeard(InvokerId invoker, Incarnation incarnation, long nowMs) {
        var target = new Target(invoker, incarnation);
        if (dead.contains(target)) {
            notice(target, nowMs);
            return false;
        }
        var life = invokers.get(invoker);
        if (life == null || !life.incarnation.equals(incarnation)) {
            if (life != null) {
                bury(new Target(invoker, life.incarnation));
            }
            life = new Life(incarnation, nowMs);
            invokers.put(invoker, life);
            known.add(invoker);
            succeed(target);
        }
        life.heardMs = nowMs;
        return true;
    }

    /** Earlier lives of the invoker that were only suspected are dead, for a process has one life at a time. */
    private void succeed(Target target) {
        if (suspects.isEmpty()) {
            return;
        }
        for (var suspect : List.copyOf(suspects.keySet())) {
            if (suspect.invoker().equals(target.invoker())) {
                suspects.remove(suspect);
                if (!suspect.equals(target)) {
                    bury(suspect);
                }
            }
        }
    }

    private void notice(Target target, long nowMs) {
        long last = notices.getOrDefault(target.invoker(), NEVER);
        if (nowMs - last >= timing.heartbeatMs()) {
            notices.put(target.invoker(), nowMs);
            sendNotice(target);
        }
    }

    private void sendNotice(Target target) {
        publications.lasting(
                Publications.draft(
                        Topic.invoker(target.invoker()),
                        0,
                        new DeathNotice(target.incarnation()),
                        Durability.TRANSIENT),
                position -> {});
    }

    void verdict(InvokerDead verdict) {
        var target = new Target(verdict.invoker(), verdict.incarnation());
        if (isDead(target)) {
            return;
        }
        bury(target);
        if (isPublisher()) {
            sendNotice(target);
        }
    }

    /** This life is over, which is known by a verdict or by a later life. */
    void bury(Target target) {
        dead.add(target);
        if (dead.size() > DEAD_REMEMBERED) {
            dead.remove(dead.iterator().next());
        }
        suspects.remove(target);
        var life = invokers.get(target.invoker());
        if (life != null && life.incarnation.equals(target.incarnation())) {
            invokers.remove(target.invoker());
            placement.exclude(target.invoker());
        }
        listener.invokerDied(target);
    }

    boolean isDead(Target target) {
        return dead.contains(target);
    }

    /** An activation is said to be there: unless it is heard of, it will be declared dead like one that fell silent. */
    void suspect(Target target, long nowMs) {
        if (isDead(target)) {
            return;
        }
        var life = invokers.get(target.invoker());
        if (life == null) {
            known.add(target.invoker());
            suspects.putIfAbsent(target, nowMs);
        } else if (!life.incarnation.equals(target.incarnation())) {
            bury(target);
        }
    }

    /** The life of the invoker that is alive. */
    @Nullable
    Target target(InvokerId invoker) {
        var life = invokers.get(invoker);
        return life == null ? null : new Target(invoker, life.incarnation);
    }

    List<InvokerId> known() {
        return List.copyOf(known);
    }

    Map<InvokerId, InvokerState> states() {
        var states = new HashMap<InvokerId, InvokerState>();
        known.forEach(id -> states.put(id, InvokerState.DOWN));
        invokers.forEach((id, life) -> states.put(
                id, heardUpToMs - life.heardMs < timing.silentMs() ? InvokerState.UP : InvokerState.UNRESPONSIVE));
        return states;
    }

    // --------------------------------------------------------------------------------------- controllers

    void heard(ControllerHeartbeat heartbeat, long nowMs) {
        if (deadControllers.contains(heartbeat.life())) {
            return;
        }
        if (heartbeat.controller().equals(self)) {
            if (heartbeat.life().equals(ownLife)) {
                heardOwn(heartbeat.number(), nowMs);
            }
            return;
        }
        absent.remove(heartbeat.controller());
        var life = controllers.get(heartbeat.controller());
        if (life == null || !life.incarnation.equals(heartbeat.life())) {
            if (life != null) {
                rememberDead(life.incarnation);
            }
            life = new Life(heartbeat.life(), nowMs);
            controllers.put(heartbeat.controller(), life);
            placement.share(controllers.size() + 1);
            listener.controllerLives(heartbeat.controller());
        }
        life.heardMs = nowMs;
    }

    private void heardOwn(long number, long nowMs) {
        var sent = ownSent.remove(number);
        if (sent == null) {
            return; // came twice
        }
        long longestGap = 5 * timing.heartbeatMs() / 2;
        if (nowMs - ownHeardMs > longestGap || nowMs - sent > 3 * timing.heartbeatMs() / 2) {
            calmSinceMs = nowMs;
        }
        ownHeardMs = nowMs;
        heardUpToMs = Math.max(heardUpToMs, sent);
        judge(nowMs);
    }

    void verdict(ControllerDead verdict, long nowMs) {
        if (verdict.controller().equals(self)) {
            if (verdict.life().equals(ownLife)) {
                listener.ownDeath();
            }
            return;
        }
        rememberDead(verdict.life());
        var life = controllers.get(verdict.controller());
        if (life != null && life.incarnation.equals(verdict.life())) {
            controllers.remove(verdict.controller());
            placement.share(controllers.size() + 1);
            absent.put(verdict.controller(), nowMs - timing.deadAfterMs());
        }
    }

    private void rememberDead(Incarnation life) {
        deadControllers.add(life);
        if (deadControllers.size() > DEAD_REMEMBERED) {
            deadControllers.remove(deadControllers.iterator().next());
        }
    }

    /** The live controller with the lowest number publishes; a new one only after it has heard everybody once. */
    boolean isPublisher() {
        if (!isSettledIn(calmSinceMs)) {
            return false;
        }
        for (var entry : controllers.headMap(self).values()) {
            if (isSettledIn(entry.firstHeardMs) && silence(entry) < timing.deadAfterMs()) {
                return false;
            }
        }
        return true;
    }

    private boolean isSettledIn(long sinceMs) {
        return sinceMs != Long.MAX_VALUE && ownHeardMs - sinceMs >= timing.heartbeatMs();
    }

    // ------------------------------------------------------------------------------------------ judgement

    private long silence(Life life) {
        return heardUpToMs - Math.max(life.heardMs, calmSinceMs);
    }

    /**
     * After each own heartbeat, so once a second. The publisher may have begun too late to know an invoker that others
     * have placed work on; then one of these says so, after twice the time.
     */
    private void judge(long nowMs) {
        boolean isPublisher = isPublisher();
        long invokerPatienceMs = isPublisher ? timing.deadAfterMs() : 2 * timing.deadAfterMs();
        invokers.forEach((id, life) -> {
            if (heardUpToMs - life.heardMs >= timing.silentMs()) {
                placement.exclude(id);
            }
            if (isVerdictDue(life, invokerPatienceMs, nowMs)) {
                life.verdictMs = nowMs;
                publications.send(Topic.HEALTH, 0, new InvokerDead(id, life.incarnation, self));
            }
        });
        controllers.forEach((id, life) -> {
            if (isPublisher && isVerdictDue(life, timing.deadAfterMs(), nowMs)) {
                life.verdictMs = nowMs;
                publications.send(Topic.HEALTH, 0, new ControllerDead(id, life.incarnation, self));
            }
        });
        suspects.forEach((target, since) -> {
            if (heardUpToMs - Math.max(since, calmSinceMs) >= invokerPatienceMs) {
                publications.send(Topic.HEALTH, 0, new InvokerDead(target.invoker(), target.incarnation(), self));
            }
        });
        if (isPublisher) {
            absent.forEach((id, since) -> {
                if (heardUpToMs - Math.max(since, calmSinceMs - timing.deadAfterMs()) >= timing.deadAfterMs()) {
                    listener.controllerLacks(id);
                }
            });
        }
    }

    private boolean isVerdictDue(Life life, long patienceMs, long nowMs) {
        return silence(life) >= patienceMs && nowMs - life.verdictMs >= timing.heartbeatMs();
    }

    /** Whether the bus carries what is said: the own heartbeats come back. */
    boolean hearsItself(long nowMs) {
        return nowMs - heardUpToMs < timing.leaseMs();
    }

    void tick(long nowMs) {
        if (nowMs < beatDueMs) {
            return;
        }
        beatDueMs = nowMs + timing.heartbeatMs();
        ownSent.put(++beats, nowMs);
        if (ownSent.size() > 100) {
            ownSent.remove(ownSent.keySet().iterator().next());
        }
        publications.send(Topic.HEALTH, 0, new ControllerHeartbeat(self, ownLife, beats));
    }

    long nextDue() {
        return beatDueMs;
    }
}
