package pikachu.core.loops;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pikachu.core.names.ActivationId;
import pikachu.core.scheduling.Placement;
import pikachu.core.scheduling.Target;

/** The controller's book of activations in flight, with the places that they take. Bounded by admission. */
final class Ledger {
    private final Placement placement;
    private final Map<ActivationId, Flight> flights = new HashMap<>();
    private final Map<String, Integer> byNamespace = new HashMap<>();
    private final Map<Target, Set<Flight>> byTarget = new HashMap<>();

    Ledger(Placement placement) {
        this.placement = placement;
    }

    void add(Flight flight) {
        if (flights.put(flight.id(), flight) != null) {
            throw new IllegalStateException("Activation " + flight.id() + " is in flight already");
        }
        byNamespace.merge(flight.activation.caller().namespaceId(), 1, Integer::sum);
    }

    /** Nullable for the hot path; null when it is not in flight here. */
    @Nullable
    Flight find(ActivationId id) {
        return flights.get(id);
    }

    /** It goes to this target, where its place has been taken already. */
    void placed(Flight flight, Target target) {
        unplace(flight);
        flight.target = target;
        byTarget.computeIfAbsent(target, key -> new LinkedHashSet<>()).add(flight);
    }

    /** It is known to be at this target. */
    void found(Flight flight, Target target) {
        if (!flight.isOn(target)) {
            placement.takeAt(target.invoker(), flight.memoryMb());
            placed(flight, target);
        }
    }

    /** It has no place any more. */
    void unplace(Flight flight) {
        var target = flight.target;
        if (target == null) {
            return;
        }
        placement.release(target.invoker(), flight.memoryMb());
        flight.target = null;
        var there = byTarget.get(target);
        if (there != null && there.remove(flight) && there.isEmpty()) {
            byTarget.remove(target);
        }
    }

    void remove(Flight flight) {
        if (flights.remove(flight.id(), flight)) {
            unplace(flight);
            byNamespace.computeIfPresent(
                    flight.activation.caller().namespaceId(), (id, count) -> count == 1 ? null : count - 1);
        }
    }

    List<Flight> on(Target target) {
        var there = byTarget.get(target);
        return there == null ? List.of() : new ArrayList<>(there);
    }

    int count(String namespaceId) {
        return byNamespace.getOrDefault(namespaceId, 0);
    }

    int size() {
        return flights.size();
    }

    Collection<Flight> all() {
        return flights.values();
    }
}
