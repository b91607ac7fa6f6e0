package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.directory.LocalMap;
import pikachu.core.directory.MergeRule;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.CompletedMessage.Started;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.messages.InvokerMessage.MapWanted;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * What an invoker decides: the life of each activation from its arrival to its end, and with it the local map.
 *
 * <p>Owned by the invoker's loop. The promise that an activation is started at most once rests on three steps in this
 * order: its Started is in the log of its controller; the {@link Lease} is good at the moment that is known; /run follows
 * in the same step. Whatever is not run is refused, which is safe at any time before /run, also after Started: nobody
 * else may say what became of it while this life lasts, and once it is declared dead its word is too late to count.
 */
public final class InvokerLogic {
    /** How long something ready is held for the lease to come back. */
    private static final long HOLD_MS = 10_000;

    /** Who an echo on the own topic says that it is from; no controller has this number. */
    private static final ControllerId ECHO = new ControllerId(Integer.MAX_VALUE);

    private final InvokerId self;
    private final RandomGenerator random;
    private final List<InvokerEffect> effects = new ArrayList<>();
    private final Publications<InvokerEffect> publications;
    private final LocalMap map;
    private final Lease lease;
    private final LocalReports reports;
    private final HostedNamespaces hosted;
    private final Map<ActivationId, InvokerTask> tasks = new HashMap<>();
    /** Tasks that wait for the lease; looked at when time passes. */
    private final Map<ActivationId, InvokerTask> held = new HashMap<>();

    private final OwnTopic ownTopic;

    private final Outcomes outcomes;
    private Incarnation incarnation;
    private int takenMb;
    private boolean isDraining;
    private boolean isEnding;
    private long nowMs;

    public InvokerLogic(InvokerId self, int memoryMb, Timing timing, RandomGenerator random) {
        this(self, memoryMb, timing, random, MergeRule.NEWEST);
    }

    /** @param rule which changes of the directory count; any other than {@link MergeRule#NEWEST} is wrong */
    public InvokerLogic(InvokerId self, int memoryMb, Timing timing, RandomGenerator random, MergeRule rule) {
        this.self = self;
        this.random = random;
        incarnation = new Incarnation(random.nextLong());
        publications = new Publications<>(
                out -> new InvokerEffect.Publish(
                        out.number(), out.topic(), out.partition(), out.key(), out.message(), out.durability()),
                effects,
                0);
        map = new LocalMap(incarnation, timing.goneKept());
        lease = new Lease(timing);
        ownTopic = new OwnTopic(effects);
        outcomes = new Outcomes(self, publications, ownTopic);
        reports = new LocalReports(self, incarnation, memoryMb, () -> takenMb, timing, map, lease, publications);
        hosted = new HostedNamespaces(self, map, rule, timing, publications, effects);
    }

    /**
     * @param now milliseconds since 1970 by a clock that never goes back: the wall clock's at the start, plus the
     *     monotonic time since
     */
    public List<InvokerEffect> step(InvokerEvent event, long now) {
        nowMs = now;
        effects.clear();
        publications.begin(now);
        handle(event);
        reports.tick(now);
        return List.copyOf(effects);
    }

    private void handle(InvokerEvent event) {
        switch (event) {
            case InvokerEvent.Tick tick -> tick();
            case InvokerEvent.Received received -> received(received);
            case InvokerEvent.DirectoryReceived received -> hosted.received(received.message(), nowMs);
            case InvokerEvent.PublishDone done -> {
                boolean wasGood = lease.isGood(nowMs);
                publications.done(done.publication(), done.how());
                if (!wasGood && lease.isGood(nowMs)) {
                    review();
                }
            }
            case InvokerEvent.Placed placed -> placed(placed);
            case InvokerEvent.Ready ready -> ready(ready.activation());
            case InvokerEvent.Said said -> said(said);
            case InvokerEvent.Gone gone -> gone(gone.activation(), gone.how());
            case InvokerEvent.Finished finished -> finished(finished);
            case InvokerEvent.NotStarted notStarted -> notStarted(notStarted);
            case InvokerEvent.NamespaceHosted here -> hosted.host(here.namespace(), nowMs);
            case InvokerEvent.NamespaceLeft left -> hosted.leave(left.namespace());
            case InvokerEvent.AllEnded allEnded -> beginAgain();
            case InvokerEvent.Counted counted -> reports.counted(counted.traffic());
            case InvokerEvent.Drain drain -> isDraining = true;
        }
    }

    private void tick() {
        if (lease.wantsEcho(nowMs)) {
            publications.lasting(
                    Publications.draft(Topic.invoker(self), 0, new MapWanted(ECHO), Durability.TRANSIENT),
                    position -> {});
        }
        review();
        ownTopic.tick(nowMs);
        hosted.tick(nowMs);
        outcomes.tick(nowMs);
    }

    private void received(InvokerEvent.Received received) {
        switch (received.message()) {
            case Activate activate -> activate(activate, received.position());
            case DeathNotice notice -> {
                ownTopic.settle(received.position());
                if (notice.incarnation().equals(incarnation) && !isEnding) {
                    die();
                }
            }
            case MapWanted wanted -> {
                ownTopic.settleLater(received.position(), nowMs);
                if (wanted.controller().equals(ECHO)) {
                    lease.echoed();
                    review();
                } else {
                    reports.wanted(nowMs);
                }
            }
        }
    }

    private void activate(Activate activate, long position) {
        var id = activate.activation().id();
        var task = tasks.get(id);
        if (task != null && task.attempt() == activate.activation().attempt()) {
            again(task, position);
        } else if (outcomes.isKnown(activate.activation())) {
            ownTopic.settleAgain(position);
        } else if (isEnding || !activate.target().equals(incarnation)) {
            outcomes.refused(incarnation, activate, List.of(position), "it was meant for another life of " + self);
        } else if (isDraining) {
            outcomes.refused(incarnation, activate, List.of(position), self + " is shutting down");
        } else if (task != null) {
            outcomes.refused(incarnation, activate, List.of(position), self + " has another attempt of it");
        } else if (!lease.isFresh(nowMs)) {
            outcomes.refused(incarnation, activate, List.of(position), self + " has not reached the bus lately");
        } else {
            var begun = new InvokerTask(activate, position);
            tasks.put(id, begun);
            takenMb += begun.memoryMb();
            effects.add(new InvokerEffect.Provide(activate.activation(), activate.arguments(), activate.environment()));
        }
    }

    /** The same order came twice: it is settled when the first one is. */
    private void again(InvokerTask task, long position) {
        if (task.phase == InvokerTask.Phase.RUNNING) {
            ownTopic.settle(position);
        } else if (!task.positions.contains(position)) {
            task.positions.add(position);
        }
    }

    private void placed(InvokerEvent.Placed placed) {
        var task = tasks.get(placed.activation());
        if (task == null || task.entry != null) {
            return;
        }
        var activation = task.activate.activation();
        show(
                task,
                new Entry(
                        activation.caller().namespace(),
                        activation.instance(),
                        activation.epoch(),
                        State.STARTING,
                        Optional.empty(),
                        placed.address(),
                        placed.port(),
                        self,
                        activation.id(),
                        placed.deadlineMs(),
                        activation.group(),
                        Optional.empty()));
    }

    private void show(InvokerTask task, Entry entry) {
        task.entry = entry;
        if (reports.changed(entry, nowMs)) {
            hosted.changed(entry);
        }
    }

    private void ready(ActivationId id) {
        var task = tasks.get(id);
        if (task == null || task.phase != InvokerTask.Phase.PROVIDING) {
            return;
        }
        task.phase = InvokerTask.Phase.READY;
        task.readyMs = nowMs;
        held.put(id, task);
        advance(task);
    }

    /** Moves what waits for the lease on, or gives it up. */
    private void review() {
        if (held.isEmpty()) {
            return;
        }
        for (var task : List.copyOf(held.values())) {
            advance(task);
            if (held.containsKey(task.id()) && nowMs - task.readyMs > HOLD_MS) {
                giveUp(task, self + " could not reach the bus for " + HOLD_MS / 1000 + " s");
            }
        }
    }

    private void advance(InvokerTask task) {
        if (!lease.isGood(nowMs)) {
            return;
        }
        if (task.phase == InvokerTask.Phase.READY) {
            announce(task);
        } else if (task.phase == InvokerTask.Phase.ANNOUNCED) {
            run(task);
        }
    }

    private void announce(InvokerTask task) {
        task.phase = InvokerTask.Phase.ANNOUNCING;
        var activation = task.activate.activation();
        var durability = activation.waitMs() > 0 ? Durability.BEHIND : Durability.COMMITTED;
        task.started = publications.lasting(
                Publications.draft(
                        Topic.completed(activation.controller()),
                        activation.id(),
                        new Started(activation, self, incarnation),
                        durability),
                position -> {
                    task.phase = InvokerTask.Phase.ANNOUNCED;
                    advance(task);
                });
    }

    private void run(InvokerTask task) {
        task.phase = InvokerTask.Phase.RUNNING;
        held.remove(task.id());
        if (task.entry != null) {
            show(task, task.entry.in(State.RUNNING));
        }
        effects.add(new InvokerEffect.Run(task.id()));
        task.positions.forEach(ownTopic::settle);
    }

    /** It will not be run here although a container is at hand. */
    private void giveUp(InvokerTask task, String reason) {
        effects.add(new InvokerEffect.Drop(task.id()));
        withdraw(task, reason);
    }

    private void withdraw(InvokerTask task, String reason) {
        remove(task);
        leave(task, Ending.STOPPED);
        outcomes.refused(incarnation, task.activate, task.positions, reason);
    }

    private void notStarted(InvokerEvent.NotStarted notStarted) {
        var task = tasks.get(notStarted.activation());
        if (task != null && task.phase != InvokerTask.Phase.RUNNING) {
            withdraw(task, notStarted.reason());
        }
    }

    private void said(InvokerEvent.Said said) {
        var task = tasks.get(said.activation());
        if (task == null || task.entry == null || !task.entry.isAlive()) {
            return;
        }
        var entry = task.entry;
        if (said.state().isPresent() && task.phase == InvokerTask.Phase.RUNNING) {
            entry = entry.in(said.state().get());
        }
        if (said.attributes().isPresent()) {
            entry = entry.saying(said.attributes().get());
        }
        if (!entry.equals(task.entry)) {
            show(task, entry);
        }
    }

    private void gone(ActivationId id, Ending how) {
        var task = tasks.get(id);
        if (task != null) {
            leave(task, how);
        }
    }

    private void leave(InvokerTask task, Ending how) {
        if (task.entry != null && task.entry.isAlive()) {
            show(task, task.entry.gone(how));
        }
    }

    private void finished(InvokerEvent.Finished finished) {
        var task = tasks.get(finished.activation());
        if (task == null) {
            return;
        }
        remove(task);
        leave(task, finished.status().code() == 0 ? Ending.FINISHED : Ending.ERROR);
        outcomes.completed(incarnation, task, finished);
    }

    private void remove(InvokerTask task) {
        tasks.remove(task.id());
        held.remove(task.id());
        takenMb -= task.memoryMb();
        if (task.started != null) {
            task.started.callOff();
        }
    }

    /** Declared dead: what runs here is the controllers' to account for, and must not be seen or heard any more. */
    private void die() {
        isEnding = true;
        List.copyOf(tasks.values()).forEach(this::remove);
        map.begin(incarnation);
        hosted.refresh(nowMs);
        reports.fallSilent();
        effects.add(new InvokerEffect.EndAll());
    }

    private void beginAgain() {
        if (!isEnding) {
            return;
        }
        isEnding = false;
        incarnation = new Incarnation(random.nextLong());
        map.begin(incarnation);
        lease.begin();
        reports.begin(incarnation);
    }

    /** When the next {@link InvokerEvent.Tick} is wanted, in terms of {@code now}. */
    public long nextDue() {
        return Math.min(reports.nextDue(), publications.nextDue());
    }

    public Incarnation incarnation() {
        return incarnation;
    }

    /** Whether it may start something now. */
    public boolean mayStart(long now) {
        return !isEnding && lease.isGood(now);
    }

    /** Activations that have arrived and not ended. */
    public int inFlight() {
        return tasks.size();
    }

    /** Nothing is in flight and the bus has all that was to be told: a draining invoker may stop. */
    public boolean isIdle() {
        return tasks.isEmpty() && publications.isQuiet();
    }

    /** The namespaces whose directory it keeps. */
    public Set<NamespaceName> hosted() {
        return hosted.names();
    }

    /** A hosted namespace's directory as functions here see it. */
    public List<Entry> directory(NamespaceName namespace) {
        return hosted.entries(namespace);
    }
}
