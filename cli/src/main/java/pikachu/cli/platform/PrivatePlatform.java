package pikachu.cli.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import pikachu.cli.client.Connection;

/**
 * A platform started for one purpose on a port of its own, with data of its own, and gone without a trace afterwards: when
 * closed, when its start fails, and when this JVM is told to end (Ctrl-C). It is asked with SIGTERM first, so that it can
 * take down containers and networks itself.
 */
public final class PrivatePlatform implements AutoCloseable {
    private static final Duration TO_END = Duration.ofSeconds(20);

    private final DataFolder data;
    private final Process process;
    private final PlatformOutput output = new PlatformOutput();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread atExit = new Thread(this::end, "end-platform");
    private final long startedNanos;
    private String address = "";

    /**
     * @param arguments of {@code pikachu up}, besides its port and data folder
     * @param patience until it must be ready
     */
    public static PrivatePlatform start(Home home, List<String> arguments, Duration patience) {
        var platform = new PrivatePlatform(home, arguments);
        try {
            platform.awaitReady(patience);
            return platform;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            platform.close();
            throw new PlatformFailure("Interrupted while the platform started.", e);
        } catch (RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    private PrivatePlatform(Home home, List<String> arguments) {
        data = DataFolder.create();
        var command = new ArrayList<String>();
        command.add(home.launcher().toString());
        command.addAll(List.of("up", "--port", "0", "--data", data.path().toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        startedNanos = System.nanoTime();
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            removeData();
            throw new PlatformFailure(
                    "Cannot start " + home.launcher() + ": " + e.getMessage()
                            + ". Set PIKACHU_HOME to the folder with it.",
                    e);
        }
        output.read(process.getInputStream());
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    private void awaitReady(Duration patience) throws InterruptedException {
        var found = output.address(patience);
        if (found.isEmpty()) {
            var what = process.waitFor(200, TimeUnit.MILLISECONDS)
                    ? "The platform ended with exit code " + process.exitValue() + " before it was ready. "
                    : "The platform was not ready within " + patience.toSeconds() + " s. ";
            throw new PlatformFailure(what + output.lastLines());
        }
        address = found.get();
    }

    public Connection connection() {
        return Connection.guest(address);
    }

    public String address() {
        return address;
    }

    /** Time since the launcher was started. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    public ProcessHandle process() {
        return process.toHandle();
    }

    public Path dataFolder() {
        return data.path();
    }

    /** Its last output, for an error that it may explain. */
    public String lastLines() {
        return output.lastLines();
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // this JVM is ending, and the hook has run or will find nothing to do
        }
    }

    private void end() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        var children = process.descendants().toList();
        process.destroy();
        if (!ended(process.toHandle(), TO_END)) {
            process.destroyForcibly();
            ended(process.toHandle(), Duration.ofSeconds(5));
        }
        // what a killed platform could not take along; handles know a process by its start time too
        for (var child : children) {
            if (!ended(child, Duration.ofMillis(500))) {
                child.destroyForcibly();
            }
        }
        removeData();
    }

    private static boolean ended(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        } catch (TimeoutException | ExecutionException e) {
            return !process.isAlive();
        }
    }

    private void removeData() {
        try {
            data.delete();
        } catch (IOException e) {
            System.err.println("pikachu: could not remove " + data.path() + ": " + e.getMessage());
        }
    }
}
