package pikachu.core.containers;

import java.io.InputStream;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;

/** A started container. Its folders of {@link ContainerSpec.Folders} belong to whoever made them, all else to the driver. */
public interface Container extends AutoCloseable {
    ContainerSpec spec();

    /** Where the runtime takes /init and /run: a Unix or an Internet socket address. */
    SocketAddress control();

    /** The paths at which the function sees its folders. */
    Seen seen();

    /** The runtime's output; ends when all its writers are gone. Each is read by one thread. */
    InputStream stdout();

    InputStream stderr();

    /** Completed, from the exit event itself, once the main process is gone. */
    CompletableFuture<Exit> exited();

    /** Whether the kernel has killed for memory in it since it was started, be it a child whose parent lives on. */
    boolean ranOutOfMemory();

    /**
     * Lets none of its processes run until {@link #resume}. Does nothing where {@link ContainerDriver#notHeld} says so. A
     * paused container can be closed.
     */
    void pause();

    void resume();

    /**
     * Kills every process of the container and removes what was made for it. Returns when nothing is left, so that its
     * address and number may be used again.
     */
    @Override
    void close();

    /** Paths as the function sees them. */
    record Seen(String directory, String channel, String volumes) {}

    /**
     * How the main process ended.
     *
     * @param code exit code, or 128 plus the signal
     * @param outOfMemory whether the kernel killed for memory
     */
    record Exit(int code, boolean outOfMemory) {}
}
