package pikachu.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import pikachu.cli.client.Call;
import pikachu.cli.client.Json;
import pikachu.cli.platform.Home;
import pikachu.cli.platform.PrivatePlatform;

/** {@code pikachu bench invoke}: a platform of its own, measured from outside as users meet it. */
@Command(
        name = "invoke",
        description = "Measure start, warm and cold invocations, throughput, memory and the directory.")
final class InvokeCommand implements Callable<Integer> {
    private static final Duration TO_BE_READY = Duration.ofMinutes(5);
    private static final String HEADER = """
            A platform of its own, Python no-op, load generator on the same machine.
            Throughput and latency redraw the standalone figures that OpenWhisk 2.0.0 gives on two cores (4.0 ms,
            475 to 760/s, 531 ms cold, 0.85 to 1.7 GB, up in 7 to 8 s). The directory's times redraw what the paper's
            section 4.3 leaves at one heartbeat, a second or more. Bars: warm p50 < 1.5 ms; 3,000/s at 32 clients;
            300 MB; first request < 2 s; cold p50 < 80 ms, from a stem cell < 20 ms (in the sandbox);
            visible p99 < 20 ms; gone p99 < 50 ms.""";

    private final Map<String, String> environment;
    private final PrintStream out;
    private final List<String> commandLine;

    @Option(names = "--clients", split = ",", paramLabel = "N", description = "clients at once (default: 1,8,32)")
    private List<Integer> clients = new ArrayList<>(List.of(1, 8, 32));

    @Option(names = "--seconds", paramLabel = "N", description = "length of each load (default: ${DEFAULT-VALUE})")
    private int seconds = 6;

    @Option(names = "--calls", paramLabel = "N", description = "calls for the latency (default: ${DEFAULT-VALUE})")
    private int calls = 5_000;

    @Option(
            names = "--cold",
            paramLabel = "N",
            description = "starts of each kind, and calls of a container that has rested (default: ${DEFAULT-VALUE})")
    private int cold = 30;

    @Option(
            names = "--instances",
            paramLabel = "N",
            description = "instances for the directory, in each placement (default: ${DEFAULT-VALUE})")
    private int instances = 200;

    @Option(
            names = "--invokers",
            paramLabel = "N",
            description = "invokers of the platform (default: ${DEFAULT-VALUE})")
    private int invokers = 1;

    @Option(names = "--up-args", paramLabel = "'ARGS'", description = "more arguments for up, separated by spaces")
    private String upArguments = "";

    @Option(names = "--json", paramLabel = "FILE", description = "keep all raw numbers there")
    private Optional<Path> json = Optional.empty();

    InvokeCommand(Map<String, String> environment, PrintStream out, List<String> commandLine) {
        this.environment = environment;
        this.out = out;
        this.commandLine = commandLine;
    }

    @Override
    public Integer call() {
        var report = new Report(out);
        out.println(HEADER);
        Machine.describe(report.raw().putObject("machine"), commandLine);
        report.raw().get("machine").forEachEntry((name, value) -> report.row(name, value.asString("")));
        var arguments = new ArrayList<>(List.of("--invokers", String.valueOf(invokers)));
        if (!upArguments.isBlank()) {
            arguments.addAll(List.of(upArguments.strip().split("\\s+")));
        }
        on(arguments, List.of(), target -> measure(target, report));
        part(
                "cold starts",
                report,
                () -> on(arguments, List.of("--prewarm", "none"), target -> {
                    Invocations.warmUp(target, calls);
                    new ColdStarts(target, report, false).measure(cold);
                }));
        part(
                "paused",
                report,
                () -> on(arguments, List.of("--pause-after", "1"), target -> {
                    Invocations.warmUp(target, calls);
                    new IdleCalls(target, report).measure("paused, then resumed", "resumedCalls", cold);
                }));
        json.ifPresent(file -> write(report, file));
        return report.isComplete() ? 0 : 1;
    }

    /** Each path to a container is forced by options that everybody has. */
    private void on(List<String> arguments, List<String> more, Consumer<Target> measurement) {
        var all = new ArrayList<>(arguments);
        all.addAll(more);
        try (var platform = PrivatePlatform.start(Home.find(environment), all, TO_BE_READY)) {
            measurement.accept(Target.of(platform));
        }
    }

    private void measure(Target target, Report report) {
        report.heading("Measured");
        part("start", report, () -> start(target, report));
        part("warm latency", report, () -> new Invocations(target, report).latency(calls));
        part(
                "throughput",
                report,
                () -> new Invocations(target, report).throughput(clients, Duration.ofSeconds(seconds)));
        part("memory", report, () -> memory(target, report));
        part("stem cells", report, () -> new ColdStarts(target, report, true).measure(cold));
        part("warm", report, () -> new IdleCalls(target, report).measure("warm after 0.3 s", "warmCalls", cold));
        part("directory", report, () -> new DirectoryTimes(target, report, invokers).measure(instances));
    }

    private static void part(String name, Report report, Runnable measurement) {
        try {
            measurement.run();
        } catch (RuntimeException e) {
            report.failure(name, e);
        }
    }

    private static void start(Target target, Report report) {
        target.api().body(Call.get("/namespaces", "obtain the list of available namespaces"));
        var request = target.platform().age().toMillis();
        Invocations.create(target);
        var answer = target.invoke("noop", Json.object(), true);
        var invocation = target.platform().age().toMillis();
        if (answer.status() != 200) {
            throw new IllegalStateException(
                    "the first invocation was answered with " + answer.status() + ": " + answer.body());
        }
        report.row("start of up to first request answered", request + " ms", "< 2 s", request < 2_000);
        report.row("start of up to first invocation answered", invocation + " ms");
        report.raw().putObject("start").put("firstRequestMs", request).put("firstInvocationMs", invocation);
    }

    private static void memory(Target target, Report report) {
        var memory = Memory.of(target.platform().process());
        report.row(
                "memory of the platform's JVM, PSS",
                String.format(Locale.ROOT, "%.0f MB", memory.jvmKb() / 1024.0),
                "300 MB",
                memory.jvmKb() < 300 * 1024);
        var unreadable = memory.unreadable() == 0 ? "" : ", " + memory.unreadable() + " more not readable";
        report.row(
                "memory of containers, PSS",
                String.format(
                                Locale.ROOT,
                                "%.0f MB in %d processes",
                                memory.containersKb() / 1024.0,
                                memory.containers())
                        + unreadable);
        report.raw()
                .putObject("memory")
                .put("jvmPssKb", memory.jvmKb())
                .put("containersPssKb", memory.containersKb())
                .put("containerProcesses", memory.containers())
                .put("unreadable", memory.unreadable());
    }

    private static void write(Report report, Path file) {
        try {
            Files.writeString(file, Json.line(report.raw()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the raw numbers to " + file + ": " + e.getMessage(), e);
        }
    }
}
