package pikachu.cli.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import pikachu.cli.platform.Home;
import pikachu.cli.platform.PrivatePlatform;

/** {@code pikachu demo}: starts a platform, runs the job on it, judges the outcome, leaves nothing behind. */
@Command(
        name = "demo",
        description =
                "Start a platform, let one function instance send a file straight to another, check what arrived.")
public final class DemoCommand implements Callable<Integer> {
    // the launcher may have to build first
    private static final Duration TO_BE_READY = Duration.ofMinutes(5);

    private final Map<String, String> environment;
    private final PrintStream out;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "what to send (default: the JDK's lib/modules)")
    private Optional<Path> file = Optional.empty();

    public DemoCommand(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() {
        var shared = SharedFile.of(file);
        out.printf(
                Locale.ROOT,
                "file      %s%n          %,d bytes, SHA-256 %s%n",
                shared.path(),
                shared.size(),
                shared.sha256());
        var home = Home.find(environment);
        var arguments = List.of("--invokers", "1", "--volume", "demo=" + shared.path());
        List<String> faults;
        try (var platform = PrivatePlatform.start(home, arguments, TO_BE_READY)) {
            out.printf(
                    Locale.ROOT,
                    "platform  %s, ready after %.1f s%n",
                    platform.address(),
                    platform.age().toMillis() / 1000.0);
            faults = new Demo(home, platform, out).run(shared).faults();
        }
        faults.forEach(fault -> out.println("FAILED: " + fault));
        if (faults.isEmpty()) {
            out.println("OK: myname1 found myname0 by its name and sent it the file over one direct connection.");
        }
        return faults.isEmpty() ? 0 : 1;
    }
}
