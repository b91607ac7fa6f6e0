package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import pikachu.core.directory.MergeRule;
import pikachu.core.instances.Entry;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * What a controller decides: accepts activations, places them, answers for them to their end, keeps the global map and,
 * when it is its turn, publishes it and the verdicts on the dead.
 *
 * <p>Owned by the controller's loop. All state belongs to one life; a controller that reads its own death (it was paused
 * or cut off for long) ends that life and begins another, which recovers from the bus what others have not done.
 */
public final class ControllerLogic {
    private final ControllerId self;
    private final long generation;
    private final Set<InvokerId> invokers;
    private final Set<ControllerId> controllers;
    private final Timing timing;
    private final RandomGenerator random;
    private final MergeRule rule;
    private final List<ControllerEffect> effects = new ArrayList<>();
    private final Watches watches = new Watches();
    private Publications<ControllerEffect> publications;
    private Readings readings;
    private ControllerLife life;

    /**
     * @param generation the bus's, upper bits of the epochs that claims give
     * @param invokers whose topics the bus has, of whatever life
     * @param controllers whose topics the bus has, of whatever life
     */
    public ControllerLogic(
            ControllerId self,
            long generation,
            Set<InvokerId> invokers,
            Set<ControllerId> controllers,
            Timing timing,
            RandomGenerator random) {
        this(self, generation, invokers, controllers, timing, random, MergeRule.NEWEST);
    }

    /** @param rule which changes count; any other than {@link MergeRule#NEWEST} is wrong */
    public ControllerLogic(
            ControllerId self,
            long generation,
            Set<InvokerId> invokers,
            Set<ControllerId> controllers,
            Timing timing,
            RandomGenerator random,
            MergeRule rule) {
        this.self = self;
        this.generation = generation;
        this.invokers = new HashSet<>(invokers);
        this.controllers = Set.copyOf(controllers);
        this.timing = timing;
        this.random = random;
        this.rule = rule;
        publications = new Publications<>(ControllerLife.form(), effects, 0);
        readings = new Readings(effects, 0);
        life = newLife();
    }

    private ControllerLife newLife() {
        var parts = new Parts(
                self,
                new Incarnation(random.nextLong()),
                effects,
                publications,
                readings,
                new Timers(),
                new RecentlyEnded());
        return new ControllerLife(parts, generation, timing, rule, watches, random);
    }

    /** What to do before the first event. */
    public List<ControllerEffect> start(long nowMs) {
        effects.clear();
        publications.begin(nowMs);
        life.start(invokers, controllers, nowMs);
        return List.copyOf(effects);
    }

    /**
     * @param nowMs milliseconds since 1970 by a clock that never goes back: the wall clock's at the start, plus the
     *     monotonic time since
     */
    public List<ControllerEffect> step(ControllerEvent event, long nowMs) {
        effects.clear();
        publications.begin(nowMs);
        life.handle(event, nowMs);
        if (life.isDead()) {
            beginAgain(nowMs);
        }
        return List.copyOf(effects);
    }

    private void beginAgain(long nowMs) {
        life.end();
        invokers.addAll(life.knownInvokers());
        publications = new Publications<>(ControllerLife.form(), effects, publications.lastNumber());
        readings = new Readings(effects, readings.last());
        life = newLife();
        publications.begin(nowMs);
        life.start(invokers, controllers, nowMs);
    }

    /** When the next {@link ControllerEvent.Tick} is wanted, in terms of {@code nowMs}. */
    public long nextDue() {
        return life.nextDue();
    }

    /** Whether all claims have been read, so that invocations are taken; before that they are answered Unavailable. */
    public boolean isReady() {
        return life.isReady();
    }

    public boolean isPublisher() {
        return life.isPublisher();
    }

    /** Activations that this controller answers for. */
    public int inFlight() {
        return life.inFlight();
    }

    /** Chosen instance IDs that are held, in all namespaces. */
    public List<Held> claimsHeld() {
        return life.claimsHeld();
    }

    public List<Entry> entries(NamespaceName namespace) {
        return life.entries(namespace);
    }
}
