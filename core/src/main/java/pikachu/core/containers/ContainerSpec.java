package pikachu.core.containers;

import java.nio.file.Path;
import java.util.Map;
import pikachu.core.names.NamespaceName;

/**
 * What a container is made from.
 *
 * @param number unique among the invoker's live containers, below 1000; names, uid and the like derive from it
 * @param command the runtime's command line without its listening address
 * @param endpoint its place on the namespace's network
 * @param folders what of the host it sees
 * @param environment of the runtime's process, {@code __OW_API_HOST} and the like; nothing else is inherited
 */
public record ContainerSpec(
        int number,
        NamespaceName namespace,
        RuntimeCommand command,
        Endpoint endpoint,
        Folders folders,
        int memoryMb,
        Map<String, String> environment) {
    public ContainerSpec {
        environment = Map.copyOf(environment);
    }

    /**
     * Folders shared with the host. A driver that mounts shows them at fixed places and says so through {@link
     * Container#seen}.
     *
     * @param directory of the namespace, read-only
     * @param channel of this container; the invoker listens on a socket in it
     * @param volumes by name
     */
    public record Folders(Path directory, Path channel, Map<String, Volume> volumes) {
        public Folders {
            volumes = Map.copyOf(volumes);
        }
    }

    /** A folder or file of the host that functions may use. */
    public record Volume(Path path, boolean writable) {}
}
