package pikachu.core.activations;

/**
 * What one action may use.
 *
 * @param timeoutMs time for /init and again for /run, milliseconds
 * @param memoryMb memory of its container, MiB
 * @param logsMb size of one activation's logs, MiB
 * @param concurrency activations that may share a container at once
 */
public record Limits(int timeoutMs, int memoryMb, int logsMb, int concurrency) {}
