package pikachu.server.invoker;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.containers.Container;
import pikachu.core.containers.Endpoint;
import pikachu.core.names.ActivationId;

/**
 * A container as its invoker holds it: the process, the connection to its runtime, its output and its channel. One
 * activation uses it at a time; {@code close} may come from any thread and makes what is under way fail.
 */
final class HostedContainer {
    private static final Logger LOG = LoggerFactory.getLogger(HostedContainer.class);
    private static final long CONNECT_POLL_MS = 1;
    private static final long EXIT_WAIT_MS = 250;

    private final int number;
    private final CellKey key;
    private final DirectoryFolder directory;
    private final ActivationLog log = new ActivationLog();
    private final CompletableFuture<Container.Exit> exit = new CompletableFuture<>();

    /** Guards {@code isPaused} and what the driver is asked to do about it. */
    private final ReentrantLock pausing = new ReentrantLock();

    private boolean isPaused;
    private volatile boolean mayPause;

    private volatile Optional<Endpoint> endpoint = Optional.empty();
    private volatile Optional<Container> container = Optional.empty();
    private volatile Optional<PoolKey> action = Optional.empty();
    private volatile Optional<RuntimeClient> client = Optional.empty();
    private volatile Optional<Channel> channel = Optional.empty();
    private volatile Optional<ActivationId> served = Optional.empty();
    private volatile boolean isTimedOut;
    private volatile boolean isStopped;
    private volatile boolean isAbandoned;
    private volatile boolean isClosed;

    HostedContainer(int number, CellKey key, DirectoryFolder directory) {
        this.number = number;
        this.key = key;
        this.directory = directory;
    }

    int number() {
        return number;
    }

    /** What it is whatever runs in it. */
    CellKey key() {
        return key;
    }

    /** Where it is on the network; empty until {@link #attached}. */
    Optional<Endpoint> endpoint() {
        return endpoint;
    }

    void attached(Endpoint place) {
        endpoint = Optional.of(place);
    }

    String address() {
        return endpoint.orElseThrow(() -> new IllegalStateException("Container " + number + " is on no network."))
                .address();
    }

    /** Its namespace's directory. */
    DirectoryFolder directory() {
        return directory;
    }

    /** The activation that runs here, or ran here last. */
    Optional<ActivationId> served() {
        return served;
    }

    void serves(ActivationId activation) {
        served = Optional.of(activation);
    }

    /** What is in it from here on. */
    void holds(PoolKey what) {
        action = Optional.of(what);
    }

    /** What it can run again; nothing before /init. */
    PoolKey action() {
        return action.orElseThrow(() -> new IllegalStateException("Container " + number + " has no action."));
    }

    ActivationLog log() {
        return log;
    }

    Optional<Channel> channel() {
        return channel;
    }

    /** The started process; whoever asks has started it. */
    Container process() {
        return container.orElseThrow(() -> new IllegalStateException("Container " + number + " was never started."));
    }

    void started(Container process, Channel itsChannel) {
        container = Optional.of(process);
        channel = Optional.of(itsChannel);
        var name = key.namespace() + "-" + number;
        new LogStream(process.stdout(), "stdout", log).start(name);
        new LogStream(process.stderr(), "stderr", log).start(name);
        // A death is noticed by the exit itself, also when a grandchild holds the connection open.
        process.exited().thenAccept(how -> {
            exit.complete(how);
            disconnect();
        });
        if (isClosed) {
            process.close();
        }
    }

    boolean isStarted() {
        return container.isPresent();
    }

    boolean isConnected() {
        return client.isPresent();
    }

    /**
     * Waits until the runtime listens. Done once, before any code of the function runs: later the function could have put
     * something else in the socket's place.
     */
    void connect(long deadlineNanos) throws IOException {
        while (true) {
            try {
                client = Optional.of(RuntimeClient.connect(process().control()));
                return;
            } catch (IOException e) {
                if (exit.isDone() || isClosed || System.nanoTime() - deadlineNanos > 0) {
                    throw e;
                }
                waitALittle();
            }
        }
    }

    private static void waitALittle() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(CONNECT_POLL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for the runtime to listen.", e);
        }
    }

    RuntimeClient.Response post(String path, List<byte[]> body) throws IOException {
        if (exit.isDone()) {
            throw new IOException("The runtime has exited.");
        }
        return client.orElseThrow(() -> new IOException("The runtime was never connected to."))
                .post(path, body, RunResponse.MAX_RESULT);
    }

    private void disconnect() {
        client.ifPresent(RuntimeClient::close);
    }

    /** The time limit has been reached: nothing of the container survives it. */
    void timeOut() {
        isTimedOut = true;
        kill();
    }

    /** The platform stops; what is under way here ends for that reason. */
    void stop() {
        isStopped = true;
    }

    boolean isStopped() {
        return isStopped;
    }

    /** Others answer for what is under way here. */
    void abandon() {
        isAbandoned = true;
    }

    boolean isAbandoned() {
        return isAbandoned;
    }

    boolean isTimedOut() {
        return isTimedOut;
    }

    /** Whether the kernel has killed for memory in it. */
    boolean ranOutOfMemory() {
        return container.map(Container::ranOutOfMemory).orElse(false);
    }

    /** Whether {@link #pause} still should; said where it is decided, since whoever pauses may come late. */
    void mayPause(boolean may) {
        mayPause = may;
    }

    /** @throws pikachu.core.containers.ContainerFailure when it could not be done: it may be half paused and is of no use */
    void pause() {
        pausing.lock();
        try {
            if (mayPause && !isPaused && isAlive()) {
                isPaused = true;
                process().pause();
            }
        } finally {
            pausing.unlock();
        }
    }

    /** @throws pikachu.core.containers.ContainerFailure when it could not be done */
    void resume() {
        pausing.lock();
        try {
            if (isPaused) {
                process().resume();
                isPaused = false;
            }
        } finally {
            pausing.unlock();
        }
    }

    /** How the process ended, if it has or is about to. */
    Optional<Container.Exit> exit() {
        try {
            return Optional.of(exit.get(EXIT_WAIT_MS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The same for a log, without waiting. */
    String describeExit() {
        return exit.isDone() ? "code " + exit.join().code() + (ranOutOfMemory() ? ", out of memory" : "") : "none";
    }

    /** Runs {@code task} once the process has exited. */
    void whenExited(Runnable task) {
        exit.thenRun(task);
    }

    boolean isAlive() {
        return !isClosed && container.isPresent() && !exit.isDone();
    }

    /** Kills all of it; a process that does not die is left to whoever closes the container. */
    void kill() {
        try {
            close();
        } catch (RuntimeException e) {
            LOG.error("event=container_not_killed container={} reason=\"{}\"", number, e.getMessage());
        }
    }

    /** Kills all of it; returns when nothing is left. */
    void close() {
        isClosed = true;
        disconnect();
        try {
            container.ifPresent(Container::close);
        } finally {
            channel.ifPresent(Channel::close);
        }
    }
}
