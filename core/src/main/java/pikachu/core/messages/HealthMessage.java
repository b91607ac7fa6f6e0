package pikachu.core.messages;

import java.util.List;
import pikachu.core.instances.Change;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** On {@code health}: who lives, and what has changed in the local address maps. */
public sealed interface HealthMessage extends Message {
    /**
     * An invoker lives; changes ride along. Sent each second, and with {@code isDue} false in between when there are
     * changes.
     *
     * @param sequence of the newest change that the map holds
     * @param live how many entries are alive
     * @param checksum over the entries that are alive
     */
    record Heartbeat(
            InvokerId invoker,
            Incarnation incarnation,
            boolean isDue,
            Capacity capacity,
            long sequence,
            int live,
            long checksum,
            List<Change> changes,
            List<Traffic> traffic)
            implements HealthMessage {
        public Heartbeat {
            changes = List.copyOf(changes);
            traffic = List.copyOf(traffic);
        }
    }

    /** An invoker's whole map, entries lately gone included. */
    record MapSnapshot(InvokerId invoker, Incarnation incarnation, long sequence, List<Change> entries)
            implements HealthMessage {
        public MapSnapshot {
            entries = List.copyOf(entries);
        }
    }

    /** A controller lives. */
    record ControllerHeartbeat(ControllerId controller, Incarnation life, long number) implements HealthMessage {}

    /** An incarnation of an invoker is dead; the first one in the log binds all. */
    record InvokerDead(InvokerId invoker, Incarnation incarnation, ControllerId by) implements HealthMessage {}

    /** A life of a controller is dead; its activations are taken over by the publishing controller. */
    record ControllerDead(ControllerId controller, Incarnation life, ControllerId by) implements HealthMessage {}

    /** An invoker lacks a namespace's directory; the answer comes on {@code directory}. */
    record DirectoryWanted(InvokerId invoker, NamespaceName namespace) implements HealthMessage {}

    /** MiB for containers in all and taken. */
    record Capacity(int memoryMb, int takenMb) {}

    /** What an instance has sent and received since the last heartbeat. */
    record Traffic(
            ActivationId activation, long messagesSent, long bytesSent, long messagesReceived, long bytesReceived) {}
}
