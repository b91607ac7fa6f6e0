package pikachu.server.main;

import java.nio.file.Path;
import java.util.Map;
import pikachu.core.containers.ContainerSpec.Volume;

/**
 * What a standalone platform was asked to be.
 *
 * @param port 0 for any that is free
 * @param data folder of the store
 * @param invokers how many, each a true invoker
 * @param memoryMb slots of all invokers together
 * @param volumes what of the host functions may use, by name
 * @param home the installation's folder
 */
record Settings(int port, Path data, int invokers, int memoryMb, Map<String, Volume> volumes, Path home) {
    Settings {
        volumes = Map.copyOf(volumes);
    }
}
