package pikachu.core.simulation;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pikachu.core.activations.Activation;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;

/** What really is the case, which no node knows: who runs where, and what callers were told. */
final class Truth {
    /** A function in a container, from the moment at which it is placed until it no longer exists. */
    static final class Instance {
        final Activation activation;
        final Target host;
        final String address;
        long sinceMs;
        boolean runs;

        Instance(Activation activation, Target host, String address) {
            this.activation = activation;
            this.host = host;
            this.address = address;
        }

        NamespaceName namespace() {
            return activation.caller().namespace();
        }

        InstanceId id() {
            return activation.instance();
        }
    }

    private final SimBus bus;
    private final Clockwork clock;
    private final Map<ActivationId, Long> gone = new HashMap<>();
    private final Map<NamespaceName, Map<ActivationId, Instance>> instances = new HashMap<>();
    private final Map<ActivationId, Target> starts = new HashMap<>();
    private final Set<ActivationId> accepted = new HashSet<>();
    private final Set<ActivationId> finished = new HashSet<>();
    private long runs;

    Truth(SimBus bus, Clockwork clock) {
        this.bus = bus;
        this.clock = clock;
    }

    void placed(Instance instance) {
        instance.sinceMs = clock.nowMs();
        instances
                .computeIfAbsent(instance.namespace(), name -> new LinkedHashMap<>())
                .put(instance.activation.id(), instance);
    }

    /** /run: the moment at which a promise can be broken. */
    void run(Activation activation, Target host, @Nullable Instance instance) {
        runs++;
        @Nullable Target before = starts.putIfAbsent(activation.id(), host);
        if (before != null) {
            throw new Broken(
                    "none starts twice",
                    activation.id() + " attempt " + activation.attempt() + " starts on " + host
                            + " after it started on " + before);
        }
        if (bus.isDeclaredDead(host)) {
            throw new Broken("the dead start nothing", activation.id() + " starts on " + host + ", which is dead");
        }
        if (instance == null) {
            throw new Broken("what runs has a place", activation.id() + " starts on " + host + " without a container");
        }
        if (activation.instance().isChosen()) {
            requireAlone(instance);
        }
        instance.runs = true;
    }

    private void requireAlone(Instance instance) {
        for (var other : all(instance.namespace())) {
            if (other != instance
                    && other.runs
                    && other.id().equals(instance.id())
                    && !bus.isDeclaredDead(other.host)) {
                throw new Broken(
                        "no ID is held twice at once",
                        instance.namespace() + "/" + instance.id() + " starts on " + instance.host + " (epoch "
                                + instance.activation.epoch() + ") while it runs on " + other.host + " (epoch "
                                + other.activation.epoch() + ")");
            }
        }
    }

    /** When the activation's instance went; long ago when there was none. */
    long goneMs(ActivationId id) {
        return gone.getOrDefault(id, Long.MIN_VALUE / 2);
    }

    void gone(Instance instance) {
        gone.put(instance.activation.id(), clock.nowMs());
        var there = instances.get(instance.namespace());
        if (there != null) {
            there.remove(instance.activation.id(), instance);
        }
    }

    Collection<Instance> all(NamespaceName namespace) {
        var there = instances.get(namespace);
        return there == null ? Set.of() : there.values();
    }

    int alive() {
        return instances.values().stream().mapToInt(Map::size).sum();
    }

    void accepted(ActivationId id) {
        accepted.add(id);
    }

    void finished(ActivationId id) {
        finished.add(id);
    }

    Set<ActivationId> acceptedOnes() {
        return accepted;
    }

    Set<ActivationId> finishedOnes() {
        return finished;
    }

    boolean hasStarted(ActivationId id) {
        return starts.containsKey(id);
    }

    long runs() {
        return runs;
    }
}
