package pikachu.core.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import pikachu.core.directory.GoneKept;
import pikachu.core.directory.MergeRule;
import pikachu.core.instances.Entry;
import pikachu.core.loops.Timing;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** One simulated cluster and its course: calls and faults together, then calm, then the end of all that runs. */
final class Cluster {
    private static final long SETTLED_AFTER_MS = 75_000;
    private static final long CHECK_EVERY_MS = 5000;
    private static final long END_AFTER_MS = 330_000;
    private static final long ON_THE_WAY_MS = 3000;

    /** What to simulate. */
    record Setting(long seed, long faultMs, OptionalInt invokers, Plant plant, boolean isVerbose) {}

    private final Setting setting;
    private final Clockwork clock;
    private final Faults faults;
    private final SimBus bus;
    private final SimStore store;
    private final Truth truth;
    private final List<SimInvoker> invokers = new ArrayList<>();
    private final List<SimController> controllers = new ArrayList<>();
    private final Clients clients;
    private final FaultPlan plan;
    private final boolean isStandalone;

    Cluster(Setting setting, PrintStream out) {
        this.setting = setting;
        clock = new Clockwork(setting.seed(), setting.isVerbose(), out);
        faults = new Faults(clock);
        bus = new SimBus(clock, faults, setting.plant());
        store = new SimStore(clock, setting.plant());
        truth = new Truth(bus, clock);
        isStandalone = clock.chance(0.2);
        makeNodes();
        clients = new Clients(clock, controllers, truth, clock.between(5000, 200_000));
        plan = new FaultPlan(clock, faults, bus, store, invokers, controllers, isStandalone);
    }

    private void makeNodes() {
        MergeRule rule = setting.plant() == Plant.NO_MERGE_RULE ? (candidate, held) -> true : MergeRule.NEWEST;
        int most = isStandalone ? 4 : clock.chance(0.1) ? 300 : 30;
        int invokerCount = setting.invokers().orElse((int) clock.between(isStandalone ? 1 : 5, most));
        int controllerCount = isStandalone ? 1 : (int) clock.between(1, 4);
        Set<InvokerId> invokerIds = new HashSet<>();
        Set<ControllerId> controllerIds = new HashSet<>();
        var around = new Surroundings(
                clock,
                bus,
                store,
                truth,
                rule,
                timing(setting.seed()),
                invokerTiming(),
                clock.between(40, 100),
                invokerIds,
                controllerIds);
        for (int i = 0; i < invokerCount; i++) {
            invokerIds.add(new InvokerId(i));
            invokers.add(new SimInvoker(new InvokerId(i), around));
        }
        for (int i = 0; i < controllerCount; i++) {
            controllerIds.add(new ControllerId(i));
            controllers.add(new SimController(new ControllerId(i), around));
        }
    }

    /** A third of the seeds tell of next to nothing that has ended, so that what is forgotten early is tried too. */
    private static Timing timing(long seed) {
        var usual = Timing.DEFAULT;
        return seed % 3 != 0
                ? usual
                : new Timing(
                        usual.heartbeatMs(),
                        usual.coalesceMs(),
                        usual.leaseMs(),
                        usual.silentMs(),
                        usual.deadAfterMs(),
                        new GoneKept(usual.goneKept().forMs(), 2, 1));
    }

    private Timing invokerTiming() {
        var right = timing(setting.seed());
        return setting.plant() != Plant.LEASE_NEVER_LOST
                ? right
                : new Timing(
                        right.heartbeatMs(),
                        right.coalesceMs(),
                        Integer.MAX_VALUE,
                        right.silentMs(),
                        2L * Integer.MAX_VALUE,
                        right.goneKept());
    }

    void run() {
        controllers.forEach(Node::begin);
        invokers.forEach(Node::begin);
        clients.start();
        plan.start();
        long faultsEndMs = clock.nowMs() + setting.faultMs();
        runUntil(faultsEndMs);
        plan.end();
        long calmMs = faultsEndMs + SETTLED_AFTER_MS;
        runUntil(calmMs);
        for (long atMs = calmMs; atMs < calmMs + 30_000; atMs += CHECK_EVERY_MS) {
            runUntil(atMs);
            Invariants.IN_CALM.forEach(invariant -> invariant.check(this));
        }
        clients.stop();
        runUntil(calmMs + END_AFTER_MS);
        Invariants.AT_END.forEach(invariant -> invariant.check(this));
    }

    private void runUntil(long untilMs) {
        while (clock.next(untilMs)) {
            // what happens is checked where it happens
        }
    }

    /** Placed so lately that the news may still be on its way. */
    boolean isFresh(Truth.Instance instance) {
        return clock.nowMs() - instance.sinceMs < ON_THE_WAY_MS;
    }

    boolean hasJustGone(Entry entry) {
        return clock.nowMs() - truth.goneMs(entry.activation()) < ON_THE_WAY_MS;
    }

    boolean hadControllerFault() {
        return isStandalone || plan.hadControllerFault();
    }

    List<SimInvoker> invokers() {
        return invokers;
    }

    List<SimController> controllers() {
        return controllers;
    }

    List<NamespaceName> namespaces() {
        return clients.namespaces();
    }

    Truth truth() {
        return truth;
    }

    SimStore store() {
        return store;
    }

    Clockwork clock() {
        return clock;
    }

    @Override
    public String toString() {
        return (isStandalone ? "standalone, " : "cluster, ") + invokers.size() + " invokers, " + controllers.size()
                + " controllers, " + clients + ", " + truth.runs() + " runs, " + bus.appended() + " records, "
                + clock.steps() + " events";
    }
}
