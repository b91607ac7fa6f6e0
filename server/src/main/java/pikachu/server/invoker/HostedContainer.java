package pikachu.server.invoker;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private volatile PoolKey key;
    private final int memoryMb;
    private final Endpoint endpoint;
    private final DirectoryFolder directory;
    private final ActivationLog log = new ActivationLog();

    private volatile Optional<Container> container = Optional.empty();

    /** Taken from the container once: it hands out a future of its own at each call. */
    private volatile CompletableFuture<Container.Exit> exit = new CompletableFuture<>();

    private volatile Optional<RuntimeClient> client = Optional.empty();
    private volatile Optional<Channel> channel = Optional.empty();
    private volatile Optional<ActivationId> served = Optional.empty();
    private volatile boolean isTimedOut;
    private volatile boolean isStopped;
    private volatile boolean isAbandoned;
    private volatile boolean isClosed;

    HostedContainer(int number, PoolKey key, int memoryMb, Endpoint endpoint, DirectoryFolder directory) {
        this.number = number;
        this.key = key;
        this.memoryMb = memoryMb;
        this.endpoint = endpoint;
        this.directory = directory;
    }

    int number() {
        return number;
    }

    PoolKey key() {
        return key;
    }

    /** What is in it from here on: the code may be newer than the one that it was made for. */
    void holds(PoolKey what) {
        key = what;
    }

    int memoryMb() {
        return memoryMb;
    }

    Endpoint endpoint() {
        return endpoint;
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
        exit = process.exited();
        container = Optional.of(process);
        channel = Optional.of(itsChannel);
        var name = key.namespace() + "-" + number;
        new LogStream(process.stdout(), "stdout", log).start(name);
        new LogStream(process.stderr(), "stderr", log).start(name);
        // A death is noticed by the exit itself, also when a grandchild holds the connection open.
        exit.thenRun(this::disconnect);
        if (isClosed) {
            process.close();
        }
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
                pause();
            }
        }
    }

    private static void pause() throws IOException {
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
