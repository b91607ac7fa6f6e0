package pikachu.server.main;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import pikachu.containers.host.Interpreter;
import pikachu.containers.host.Staging;
import pikachu.core.containers.RuntimeCommand;
import pikachu.server.entities.Kinds;

/** Executables and scripts. Their proxy is written in Python and uses the Python runtime's, staged beside it. */
record NativeFamily(Path home, Interpreter python) implements Family {
    @Override
    public String name() {
        return Kinds.NATIVE_FAMILY;
    }

    @Override
    public List<String> versions() {
        return List.of("default");
    }

    @Override
    public List<String> describe() {
        return List.of(Kinds.NATIVE + " for executables and scripts (--native)");
    }

    @Override
    public Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var folder = new Staging(host.folder()).stage("native", home.resolve("runtimes/native"), ".py");
        var started = python.command(PythonFamily.FLAGS, folder.resolve("proxy.py"));
        var command = new RuntimeCommand(Kinds.NATIVE, started.arguments());
        Thread.ofVirtual().start(() -> PythonFamily.compile(python, folder));
        return Map.of(Kinds.NATIVE, memoryMb -> command);
    }
}
