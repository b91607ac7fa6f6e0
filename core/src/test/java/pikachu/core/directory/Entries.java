package pikachu.core.directory;

import java.util.List;
import java.util.Optional;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** Entries and what invokers say of them, for tests. */
public final class Entries {
    public static final NamespaceName TENANT = new NamespaceName("tenant");

    private Entries() {}

    public static Entry entry(int invoker, String id, long epoch, State state) {
        return new Entry(
                TENANT,
                new InstanceId(id),
                new Epoch(epoch),
                state,
                state == State.GONE ? Optional.of(Ending.FINISHED) : Optional.empty(),
                "100.64." + invoker + "." + epoch,
                65433,
                new InvokerId(invoker),
                new ActivationId("0".repeat(32)),
                0,
                Optional.empty(),
                Optional.empty());
    }

    public static Change change(int invoker, long sequence, String id, long epoch, State state) {
        return new Change(new Incarnation(invoker), sequence, entry(invoker, id, epoch, state));
    }

    /** What an invoker with this map and the incarnation of its number says next. */
    public static Heartbeat heartbeat(int invoker, LocalMap map) {
        return heartbeat(invoker, map, map.take(Integer.MAX_VALUE));
    }

    public static Heartbeat heartbeat(int invoker, LocalMap map, List<Change> changes) {
        return new Heartbeat(
                new InvokerId(invoker),
                new Incarnation(invoker),
                true,
                new Capacity(4096, 0),
                map.sequence(),
                map.digest().live(),
                map.digest().checksum(),
                changes,
                List.of());
    }

    public static MapSnapshot snapshot(int invoker, LocalMap map) {
        return new MapSnapshot(new InvokerId(invoker), new Incarnation(invoker), map.sequence(), map.told());
    }

    public static LocalMap localMap(int invoker) {
        return new LocalMap(new Incarnation(invoker), GoneKept.DEFAULT);
    }
}
