package pikachu.server.invoker;

import java.util.List;

/**
 * How an invoker keeps its containers.
 *
 * @param memoryMb for all containers together
 * @param listenMs from a container's start until its runtime must listen
 * @param pauseMs after which an idle container is paused, where the driver can
 * @param idleMs after which an idle container is removed, and after at most as long again the network of a namespace
 *     that has none left
 * @param prewarm stem cells that are always kept
 * @param followsDemand whether stem cells are kept too of what was asked for lately
 */
public record PoolSettings(
        int memoryMb, long listenMs, long pauseMs, long idleMs, List<Prewarm> prewarm, boolean followsDemand) {
    public PoolSettings {
        prewarm = List.copyOf(prewarm);
    }
}
