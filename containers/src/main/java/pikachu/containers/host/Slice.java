package pikachu.containers.host;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import pikachu.core.containers.ContainerFailure;

/**
 * An invoker's number on this machine. Addresses, users, folders and all names that an invoker makes here derive from
 * it, so several platforms can run side by side and each sweeps only what is its own. The lock is a bound abstract Unix
 * socket: the kernel frees it however the holder dies. It excludes others of the same network namespace; whoever gives
 * several network namespaces an invoker each must number these apart.
 */
public final class Slice implements AutoCloseable {
    /** As many as a /10 has parts of 1,024 addresses. */
    public static final int COUNT = 4096;

    /** Container numbers are below this, as {@link pikachu.core.containers.ContainerSpec#number} says. */
    public static final int CONTAINERS = 1000;

    private final int number;
    private final int socket;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Slice(int number, int socket) {
        this.number = number;
        this.socket = socket;
    }

    /** Takes the first slice from {@code from} on that nobody holds. */
    public static Slice firstFree(int from) {
        for (int number = from; number < COUNT; number++) {
            var slice = take(number);
            if (slice.isPresent()) {
                return slice.get();
            }
        }
        throw new ContainerFailure("All slices of this machine from " + from + " to " + (COUNT - 1)
                + " are held by running platforms: stop one of them");
    }

    /** Takes this very slice; empty when somebody holds it. */
    public static Optional<Slice> take(int number) {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("A slice is numbered from 0 to " + (COUNT - 1) + ", not " + number);
        }
        int socket = Libc.bindAbstract("pikachu-slice-" + number);
        return socket < 0 ? Optional.empty() : Optional.of(new Slice(number, socket));
    }

    public int number() {
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Libc.close(socket);
        }
    }
}
