package pikachu.core.messages;

import java.util.List;
import pikachu.core.instances.Change;
import pikachu.core.names.NamespaceName;

/** On {@code directory}: changes of the global address map, namespace by namespace. */
public sealed interface DirectoryMessage extends Message {
    NamespaceName namespace();

    /**
     * Changes, and what the publisher's map looks like with them applied, so that a reader notices what it lacks.
     *
     * @param live how many entries of the namespace are alive
     * @param checksum over them
     */
    record DirectoryChanges(NamespaceName namespace, List<Change> changes, int live, long checksum)
            implements DirectoryMessage {
        public DirectoryChanges {
            changes = List.copyOf(changes);
        }
    }

    /** The namespace's whole map, entries lately gone included. What it does not list is not there. */
    record DirectorySnapshot(NamespaceName namespace, List<Change> entries) implements DirectoryMessage {
        public DirectorySnapshot {
            entries = List.copyOf(entries);
        }
    }
}
