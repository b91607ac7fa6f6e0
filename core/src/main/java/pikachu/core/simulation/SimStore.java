package pikachu.core.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.scheduling.Target;

/** The store: records and placements, each created once; now and then it takes its time. */
final class SimStore {
    /** What a placement's document holds. */
    record Placed(Target target, ControllerId by) {}

    private final Clockwork clock;
    private final Plant plant;
    private final Map<ActivationId, ActivationRecord> records = new HashMap<>();
    private final Map<String, Placed> placements = new HashMap<>();
    private long awayUntilUs;

    SimStore(Clockwork clock, Plant plant) {
        this.clock = clock;
        this.plant = plant;
    }

    void awayForMs(long ms) {
        clock.note("store", "is away for " + ms + " ms");
        awayUntilUs = clock.nowUs() + ms * 1000;
    }

    /** How long a call takes, retries by whoever calls included. */
    long delayUs() {
        return Math.max(0, awayUntilUs - clock.nowUs()) + clock.between(200, 20_000);
    }

    void create(ActivationRecord record) {
        records.putIfAbsent(record.activation().id(), record);
    }

    Placed place(ActivationId activation, int attempt, Placed wanted) {
        if (plant == Plant.PLACEMENTS_NOT_SHARED) {
            return wanted;
        }
        @Nullable Placed there = placements.putIfAbsent(activation + "/" + attempt, wanted);
        return there == null ? wanted : there;
    }

    Optional<ActivationRecord> record(ActivationId id) {
        return plant == Plant.PLACEMENTS_NOT_SHARED ? Optional.empty() : recordOf(id);
    }

    Optional<ActivationRecord> recordOf(ActivationId id) {
        @Nullable ActivationRecord record = records.get(id);
        return record == null ? Optional.empty() : Optional.of(record);
    }
}
