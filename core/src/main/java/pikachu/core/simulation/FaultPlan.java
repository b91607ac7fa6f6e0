package pikachu.core.simulation;

import java.util.List;

/** Lets faults happen until it is told to stop, and then mends what is mendable. Some of the dead stay dead. */
final class FaultPlan {
    private final Clockwork clock;
    private final Faults faults;
    private final SimBus bus;
    private final SimStore store;
    private final List<SimInvoker> invokers;
    private final List<SimController> controllers;
    private final boolean isStandalone;
    private final long pauseMs;
    private boolean hadControllerFault;

    FaultPlan(
            Clockwork clock,
            Faults faults,
            SimBus bus,
            SimStore store,
            List<SimInvoker> invokers,
            List<SimController> controllers,
            boolean isStandalone) {
        this.clock = clock;
        this.faults = faults;
        this.bus = bus;
        this.store = store;
        this.invokers = invokers;
        this.controllers = controllers;
        this.isStandalone = isStandalone;
        pauseMs = clock.between(500, 8000);
    }

    void start() {
        clock.afterMs(clock.between(pauseMs / 2, pauseMs * 2), () -> {
            if (faults.isOn()) {
                happen();
                start();
            }
        });
    }

    private void happen() {
        if (isStandalone) {
            happenToAll();
            return;
        }
        var invoker = invokers.get((int) clock.between(0, invokers.size() - 1));
        var controller = controllers.get((int) clock.between(0, controllers.size() - 1));
        switch ((int) clock.between(0, 11)) {
            case 0, 1 -> crash(invoker, clock.chance(0.15) ? Long.MAX_VALUE : clock.between(100, 15_000));
            case 2, 3 -> pause(invoker, clock.between(100, 14_000));
            case 4, 5 -> cut(invoker, clock.between(100, 14_000));
            case 6, 7, 8 -> happen(controller);
            case 9 -> awayBus(clock.between(100, 12_000));
            case 10 -> store.awayForMs(clock.between(100, 5000));
            default -> trouble(clock.between(500, 8000));
        }
    }

    private void happen(SimController controller) {
        hadControllerFault = true;
        switch ((int) clock.between(0, 2)) {
            case 0 -> crash(controller, clock.between(100, 20_000));
            case 1 -> pause(controller, clock.between(100, 14_000));
            default -> cut(controller, clock.between(100, 14_000));
        }
    }

    boolean hadControllerFault() {
        return hadControllerFault;
    }

    private void happenToAll() {
        switch ((int) clock.between(0, 4)) {
            case 0, 1 -> crashAll();
            case 2 -> trouble(clock.between(500, 8000));
            case 3 -> store.awayForMs(clock.between(100, 5000));
            default -> {
                long ms = clock.between(100, 12_000);
                invokers.forEach(node -> pause(node, ms));
                controllers.forEach(node -> pause(node, ms));
            }
        }
    }

    /** As kill -9 does to a platform in one process. */
    private void crashAll() {
        invokers.forEach(SimInvoker::crash);
        controllers.forEach(SimController::crash);
        bus.restart();
        clock.afterMs(clock.between(10, 3000), () -> {
            controllers.stream().filter(node -> !node.isAlive()).forEach(Node::begin);
            invokers.stream().filter(node -> !node.isAlive()).forEach(Node::begin);
        });
    }

    private void crash(Node node, long forMs) {
        if (!node.isAlive()) {
            return;
        }
        node.crash();
        if (forMs != Long.MAX_VALUE) {
            clock.afterMs(forMs, () -> {
                if (!node.isAlive()) {
                    node.begin();
                }
            });
        }
    }

    private void pause(Node node, long forMs) {
        if (node.isAlive() && !node.isPaused()) {
            node.pause();
            clock.afterMs(forMs, node::resume);
        }
    }

    private void cut(Node node, long forMs) {
        node.cutOff(true);
        clock.afterMs(forMs, () -> node.cutOff(false));
    }

    private void awayBus(long forMs) {
        bus.away(true);
        clock.afterMs(forMs, () -> bus.away(false));
    }

    private void trouble(long forMs) {
        faults.failing(clock.random().nextDouble() * 0.4);
        faults.slow(clock.chance(0.5));
        clock.afterMs(forMs, () -> {
            faults.failing(0);
            faults.slow(false);
        });
    }

    /** No more faults; one controller and one invoker at least live on. */
    void end() {
        faults.off();
        bus.away(false);
        invokers.forEach(node -> mend(node));
        controllers.forEach(node -> mend(node));
        boolean keepsDead = clock.chance(0.5) && !isStandalone;
        begin(controllers, keepsDead);
        begin(invokers, keepsDead);
    }

    private static void mend(Node node) {
        node.cutOff(false);
        node.resume();
    }

    private static void begin(List<? extends Node> nodes, boolean keepsDead) {
        boolean hasLiving = nodes.stream().anyMatch(Node::isAlive);
        for (var node : nodes) {
            if (!node.isAlive() && !(keepsDead && hasLiving)) {
                node.begin();
            }
        }
    }
}
