package pikachu.server.invoker;

import pikachu.core.names.NamespaceName;

/**
 * Stem cells that are kept whether anybody asks for them or not.
 *
 * @param kind as actions store it, {@code python:3.11}
 */
public record Prewarm(NamespaceName namespace, String kind, int memoryMb, int count) {
    public Prewarm {
        if (memoryMb < 1 || count < 0) {
            throw new IllegalArgumentException(
                    "No stem cells of " + memoryMb + " MB, and not " + count + " of them: both must be more.");
        }
    }
}
