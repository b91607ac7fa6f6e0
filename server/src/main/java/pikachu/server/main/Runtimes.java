package pikachu.server.main;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.containers.host.Interpreter;
import pikachu.containers.host.Interpreters;
import pikachu.containers.host.Staging;
import pikachu.core.containers.RuntimeCommand;
import pikachu.server.entities.Kinds;

/** The kinds of action that this machine can run, and how their runtimes are started. */
final class Runtimes {
    private static final Logger LOG = LoggerFactory.getLogger(Runtimes.class);

    /**
     * The proxy listens before it loads the site packages, and neither the environment nor the working folder decides what
     * it imports itself.
     */
    private static final List<String> PYTHON_FLAGS = List.of("-S", "-E", "-I");

    private final Path home;
    private final List<Interpreter> pythons;

    private Runtimes(Path home, List<Interpreter> pythons) {
        this.home = home;
        this.pythons = pythons;
    }

    static Runtimes find(Host host, Path home) {
        if (!Files.isRegularFile(home.resolve("runtimes/python/proxy.py"))) {
            throw new StartFailure("There is no Python runtime at " + home.resolve("runtimes/python")
                    + ": start the platform with ./pikachu from its own folder.");
        }
        var path = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> folder.startsWith("/"))
                .map(Path::of)
                .toList();
        var found = Interpreters.find(host.reach(), path);
        return new Runtimes(home, found.kinds().values().stream().distinct().toList());
    }

    Kinds kinds() {
        return new Kinds(List.of(Kinds.family(
                "python", pythons.stream().map(Interpreter::version).toList())));
    }

    /** How each kind is started on this host in so many MB, from copies that its functions' users can read. */
    Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var folder = new Staging(host.folder()).stage("python", home.resolve("runtimes/python"), ".py");
        var commands = new LinkedHashMap<String, IntFunction<RuntimeCommand>>();
        for (var python : pythons) {
            var command = python.command(PYTHON_FLAGS, folder.resolve("proxy.py"));
            commands.put(python.kind(), memoryMb -> command);
        }
        Thread.ofVirtual().start(() -> pythons.forEach(python -> compile(python, folder)));
        return commands;
    }

    /** Saves the first call of each container some milliseconds; without it all works as well. */
    private static void compile(Interpreter python, Path folder) {
        try {
            new ProcessBuilder(python.path().toString(), "-I", "-m", "compileall", "-q", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.info("event=runtime_not_compiled kind={} reason={}", python.kind(), e.getMessage());
        }
    }

    List<String> describe() {
        return pythons.stream()
                .map(python -> python.kind() + " at " + python.path()
                        + (python.equals(pythons.getFirst()) ? " (python:3, python:default)" : ""))
                .toList();
    }
}
