package pikachu.server.main;

import java.nio.file.Path;
import java.util.List;
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
 * @param idle what is kept for calls to come
 */
record Settings(int port, Path data, int invokers, int memoryMb, Map<String, Volume> volumes, Path home, Idle idle) {
    Settings {
        volumes = Map.copyOf(volumes);
    }

    Settings(int port, Path data, int invokers, int memoryMb, Map<String, Volume> volumes, Path home) {
        this(port, data, invokers, memoryMb, volumes, home, Idle.STANDARD);
    }

    /**
     * What an invoker does with containers that nobody uses.
     *
     * @param prewarm stem cells that each invoker keeps
     * @param followsDemand whether it also keeps some of what was asked for lately
     * @param pauseMs after which a warm container is paused
     */
    record Idle(List<PrewarmOption> prewarm, boolean followsDemand, long pauseMs) {
        /** OpenWhisk's pause grace. */
        static final long PAUSE_MS = 10_000;

        static final Idle STANDARD = new Idle(PrewarmOption.standard(), true, PAUSE_MS);

        Idle {
            prewarm = List.copyOf(prewarm);
        }
    }
}
