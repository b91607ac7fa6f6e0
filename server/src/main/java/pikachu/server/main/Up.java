package pikachu.server.main;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec.Volume;
import pikachu.core.store.StoreUnavailable;

/** {@code pikachu up}: the standalone platform, in one process, on this machine only. */
@Command(
        name = "pikachu up",
        mixinStandardHelpOptions = true,
        description = "Starts the standalone platform on 127.0.0.1, with OpenWhisk's well-known guest key.")
public final class Up implements Callable<Integer> {
    /** OpenWhisk's own. */
    private static final int PORT = 3233;

    private static final int OVERCOMMIT = 4;
    private static final int MISUSED = 2;
    private static final int DIED = 70;

    @Option(names = "--port", defaultValue = "" + PORT, description = "Port of the API; 0 takes a free one.")
    private int port;

    @Option(
            names = "--data",
            description = "Folder for actions and records. Default: ~/.pikachu/PORT; ~/.pikachu/free with --port 0.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--invokers", defaultValue = "1", description = "How many invokers share the machine (1 to 64).")
    private int invokers;

    @Option(
            names = "--user-memory",
            description =
                    "Slots for containers in MB, all invokers together. Default: four times the machine's memory.")
    private Optional<Integer> userMemoryMb = Optional.empty();

    @Option(
            names = "--volume",
            description = "NAME=PATH or NAME=PATH:rw, repeatable: functions find it at $__OW_VOLUMES/NAME.")
    private List<String> volumes = new ArrayList<>();

    @Option(
            names = "--prewarm",
            description =
                    "KIND[:MEMORY]=COUNT, repeatable: runtimes that each invoker keeps started for the guest's next"
                            + " actions, besides those that it keeps by demand; none: keep none at all. Default:"
                            + " python:default:256=1.")
    private List<String> prewarm = new ArrayList<>();

    @Option(
            names = "--pause-after",
            defaultValue = "" + Settings.Idle.PAUSE_MS,
            description = "Milliseconds after which an idle container is paused, where the driver can. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long pauseAfterMs;

    @Option(names = "--train", hidden = true, description = "Starts, serves itself some requests, and stops.")
    private boolean isTraining;

    public static void main(String[] arguments) {
        // A loop that has died leaves a platform that answers nothing; the next start finds all that was accepted.
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            if (failure instanceof Error) {
                Runtime.getRuntime().halt(DIED);
            }
        });
        var command = new CommandLine(new Up());
        command.setExecutionExceptionHandler((failure, line, _) -> {
            line.getErr().println("pikachu up: " + failure.getMessage());
            if (failure instanceof IllegalArgumentException) {
                return MISUSED;
            }
            if (!isExpected(failure)) {
                failure.printStackTrace(line.getErr());
            }
            return 1;
        });
        var code = command.execute(arguments);
        System.exit(code);
    }

    private static boolean isExpected(Exception failure) {
        return failure instanceof ContainerFailure
                || failure instanceof StoreUnavailable
                || failure instanceof StartFailure;
    }

    @Override
    public Integer call() throws IOException {
        if (isTraining) {
            return Training.run(this::settings);
        }
        var platform = new Standalone(settings(port, data));
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            platform.close();
            stopped.countDown();
        }));
        platform.start();
        platform.introduction().forEach(System.out::println);
        System.out.println("pikachu is ready at " + platform.address());
        System.out.flush();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private Settings settings(int wantedPort, Optional<Path> folder) {
        if (invokers < 1 || invokers > 64) {
            throw new IllegalArgumentException("--invokers takes 1 to 64, not " + invokers + ".");
        }
        if (wantedPort < 0 || wantedPort > 65535) {
            throw new IllegalArgumentException("--port takes 0 to 65535, not " + wantedPort + ".");
        }
        var memoryMb = userMemoryMb.orElseGet(() -> (int) Math.min(Integer.MAX_VALUE, OVERCOMMIT * machineMb()));
        if (memoryMb / invokers < 32) {
            throw new IllegalArgumentException("--user-memory gives each invoker less than 32 MB: " + memoryMb
                    + " MB for " + invokers + " invokers.");
        }
        var home = Path.of(System.getProperty("pikachu.root", ".")).toAbsolutePath();
        var place = folder.orElseGet(
                () -> Path.of(System.getProperty("user.home"), ".pikachu", wantedPort == 0 ? "free" : "" + wantedPort));
        return new Settings(wantedPort, place.toAbsolutePath(), invokers, memoryMb, volumes(), home, idle());
    }

    private Settings.Idle idle() {
        if (pauseAfterMs < 0) {
            throw new IllegalArgumentException("--pause-after takes 0 or more milliseconds, not " + pauseAfterMs + ".");
        }
        if (prewarm.equals(List.of(PrewarmOption.NONE))) {
            return new Settings.Idle(List.of(), false, pauseAfterMs);
        }
        var cells = prewarm.isEmpty()
                ? PrewarmOption.standard()
                : prewarm.stream().map(PrewarmOption::parse).toList();
        return new Settings.Idle(cells, true, pauseAfterMs);
    }

    private static long machineMb() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getTotalMemorySize() / (1024 * 1024);
    }

    private Map<String, Volume> volumes() {
        var named = new LinkedHashMap<String, Volume>();
        for (var text : volumes) {
            var volume = VolumeOption.parse(text);
            if (named.put(volume.name(), volume.volume()) != null) {
                throw new IllegalArgumentException("--volume names '" + volume.name() + "' twice.");
            }
        }
        return named;
    }
}
