package pikachu.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.loops.Reply;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.EntityName;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** Those who call: with and without waiting, with chosen IDs that often collide and without. */
final class Clients {
    private final Clockwork clock;
    private final List<SimController> controllers;
    private final Truth truth;
    private final List<NamespaceName> namespaces = new ArrayList<>();
    private final int ids;
    private final long pauseUs;
    private boolean isOn = true;
    private long calls;
    private long taken;
    private long unavailable;

    Clients(Clockwork clock, List<SimController> controllers, Truth truth, long pauseUs) {
        this.clock = clock;
        this.controllers = controllers;
        this.truth = truth;
        this.pauseUs = pauseUs;
        long count = clock.between(1, 6);
        for (int i = 0; i < count; i++) {
            namespaces.add(new NamespaceName("tenant" + i));
        }
        ids = (int) clock.between(1, 12);
    }

    List<NamespaceName> namespaces() {
        return namespaces;
    }

    void start() {
        clock.afterUs(clock.between(0, 2 * pauseUs), () -> {
            if (isOn) {
                call();
                start();
            }
        });
    }

    void stop() {
        isOn = false;
    }

    private void call() {
        var controller = controllers.get((int) clock.between(0, controllers.size() - 1));
        if (!controller.takesCalls()) {
            return;
        }
        calls++;
        var id = new ActivationId(String.format(
                "%016x%016x", clock.random().nextLong(), clock.random().nextLong()));
        controller.call(draft(id), new SimController.Caller() {
            @Override
            public void answered(Reply reply) {
                switch (reply) {
                    case Reply.Accepted accepted -> truth.accepted(id);
                    case Reply.Finished finished -> truth.finished(id);
                    case Reply.Ended ended -> truth.accepted(id);
                    case Reply.Taken other -> taken++;
                    case Reply.Throttled other -> {}
                    case Reply.Unavailable other -> unavailable++;
                }
            }

            @Override
            public void lost() {}
        });
    }

    private ControllerEvent.Invoke draft(ActivationId id) {
        var namespace = namespaces.get((int) clock.between(0, namespaces.size() - 1));
        var action = new ActionRef(
                new ActionName(namespace, new EntityName("action" + clock.between(0, 5))),
                "0.0.1",
                1,
                "python:3",
                new Limits(60_000, 256, 10, 1));
        return new ControllerEvent.Invoke(
                0,
                id,
                new Caller(namespace, namespace + "-uuid", "somebody", Optional.empty()),
                action,
                JsonText.EMPTY_OBJECT,
                JsonText.EMPTY_OBJECT,
                clock.chance(0.5) ? Optional.of(InstanceId.chosen("id" + clock.between(0, ids))) : Optional.empty(),
                clock.chance(0.9) ? 1000 : 5,
                0,
                clock.chance(0.5) ? waitMs() : 0,
                "sim");
    }

    /** Some leave at once, and must be able to rely on what they are told then. */
    private int waitMs() {
        return clock.chance(0.7) ? 60_000 : (int) clock.between(1, 3000);
    }

    @Override
    public String toString() {
        return calls + " calls, " + taken + " IDs taken, " + unavailable + " unavailable";
    }
}
