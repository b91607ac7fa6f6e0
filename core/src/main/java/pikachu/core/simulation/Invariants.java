package pikachu.core.simulation;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** What must hold once faults have ended and things have calmed down. */
final class Invariants {
    private Invariants() {}

    /** Checked from the calm on. */
    static final List<Invariant> IN_CALM = List.of(Invariants::viewsAreTrue, Invariants::mapsAreTrue);

    /** Checked at the end. */
    static final List<Invariant> AT_END = List.of(
            Invariants::viewsAreTrue,
            Invariants::mapsAreTrue,
            Invariants::acceptedOnesHaveRecords,
            Invariants::nobodyWaits,
            Invariants::nothingIsLeft,
            Invariants::noClaimIsLeft);

    private static void viewsAreTrue(Cluster cluster) {
        for (var invoker : cluster.invokers()) {
            if (invoker.isAlive()) {
                for (var namespace : invoker.hosted()) {
                    compare(
                            cluster,
                            invoker.name + "'s view",
                            namespace,
                            invoker.shown().entries(namespace).values());
                }
            }
        }
    }

    private static void mapsAreTrue(Cluster cluster) {
        for (var controller : cluster.controllers()) {
            if (controller.isAlive()) {
                for (var namespace : cluster.namespaces()) {
                    compare(cluster, controller.name + "'s map", namespace, controller.entries(namespace));
                }
            }
        }
    }

    private static void compare(Cluster cluster, String whose, NamespaceName namespace, Collection<Entry> entries) {
        Map<InstanceId, Entry> alive = new HashMap<>();
        for (var entry : entries) {
            if (entry.isAlive()) {
                alive.put(entry.id(), entry);
            }
        }
        for (var instance : cluster.truth().all(namespace)) {
            if (cluster.isFresh(instance)) {
                alive.remove(instance.id());
                continue;
            }
            var entry = alive.remove(instance.id());
            if (entry == null) {
                throw new Broken(
                        "who lives is shown",
                        whose + " of " + namespace + " lacks " + instance.id() + " on " + instance.host);
            }
            if (!entry.address().equals(instance.address)
                    || !entry.epoch().equals(instance.activation.epoch())
                    || !entry.invoker().equals(instance.host.invoker())) {
                throw new Broken(
                        "who lives is shown as it is",
                        whose + " shows " + entry + ", true is " + instance.address + " epoch "
                                + instance.activation.epoch() + " on " + instance.host);
            }
        }
        alive.values().removeIf(entry -> cluster.hasJustGone(entry));
        if (!alive.isEmpty()) {
            throw new Broken("who is dead is not shown alive", whose + " of " + namespace + " shows " + alive.values());
        }
    }

    private static void acceptedOnesHaveRecords(Cluster cluster) {
        for (var id : cluster.truth().acceptedOnes()) {
            if (cluster.store().recordOf(id).isEmpty()) {
                throw new Broken(
                        "each accepted activation ends in a record",
                        id + " has none; it has " + (cluster.truth().hasStarted(id) ? "" : "not ") + "been started");
            }
        }
        if (cluster.hadControllerFault()) {
            return; // a record that its invoker had not written yet may be lost when both die
        }
        for (var id : cluster.truth().finishedOnes()) {
            if (cluster.store().recordOf(id).isEmpty()) {
                throw new Broken("each answered activation has a record", id + " has none");
            }
        }
    }

    private static void nobodyWaits(Cluster cluster) {
        for (var controller : cluster.controllers()) {
            if (controller.waiting() > 0) {
                throw new Broken(
                        "each caller is answered",
                        controller.name + " still owes " + controller.waiting() + " answers");
            }
        }
    }

    private static void nothingIsLeft(Cluster cluster) {
        for (var invoker : cluster.invokers()) {
            if (invoker.isAlive() && !invoker.isIdle()) {
                throw new Broken("all ends", invoker.name + " still has something in flight");
            }
        }
        for (var controller : cluster.controllers()) {
            if (controller.isAlive() && controller.inFlight() > 0) {
                throw new Broken("all ends", controller.name + " still has " + controller.inFlight() + " in flight");
            }
        }
    }

    private static void noClaimIsLeft(Cluster cluster) {
        for (var controller : cluster.controllers()) {
            if (controller.isAlive() && !controller.claimsHeld().isEmpty()) {
                throw new Broken("claims are released", controller.name + " counts as held " + controller.claimsHeld());
            }
        }
    }
}
