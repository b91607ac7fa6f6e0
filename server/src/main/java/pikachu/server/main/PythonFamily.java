package pikachu.server.main;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.containers.host.Interpreter;
import pikachu.containers.host.Staging;
import pikachu.core.containers.RuntimeCommand;

/** Python, each version that is installed. */
record PythonFamily(Path home, List<Interpreter> pythons) implements Family {
    private static final Logger LOG = LoggerFactory.getLogger(PythonFamily.class);

    /**
     * The proxy listens before it loads the site packages, and neither the environment nor the working folder decides what
     * it imports itself.
     */
    static final List<String> FLAGS = List.of("-S", "-E", "-I");

    @Override
    public String name() {
        return "python";
    }

    @Override
    public List<String> versions() {
        return pythons.stream().map(Interpreter::version).toList();
    }

    @Override
    public List<String> describe() {
        return pythons.stream()
                .map(python -> python.kind() + " at " + python.path()
                        + (python.equals(pythons.getFirst()) ? " (python:3, python:default)" : ""))
                .toList();
    }

    @Override
    public Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var folder = stage(host, home);
        var commands = new LinkedHashMap<String, IntFunction<RuntimeCommand>>();
        for (var python : pythons) {
            var command = python.command(FLAGS, folder.resolve("proxy.py"));
            commands.put(python.kind(), memoryMb -> command);
        }
        Thread.ofVirtual().start(() -> pythons.forEach(python -> compile(python, folder)));
        return commands;
    }

    private static Path stage(Host host, Path home) {
        return new Staging(host.folder()).stage("python", home.resolve("runtimes/python"), ".py");
    }

    /** Saves the first call of each container some milliseconds; without it all works as well. */
    static void compile(Interpreter python, Path folder) {
        try {
            new ProcessBuilder(python.path().toString(), "-I", "-m", "compileall", "-q", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.info("event=runtime_not_compiled kind={} reason={}", python.kind(), e.getMessage());
        }
    }
}
