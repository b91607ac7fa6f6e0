package pikachu.server.main;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import pikachu.containers.host.Interpreter;
import pikachu.containers.host.Staging;
import pikachu.core.containers.RuntimeCommand;

/** Node.js, each major version that is installed. */
record NodeFamily(Path home, List<Interpreter> nodes) implements Family {
    /** What V8 has beside its heap: code, buffers, stacks. */
    private static final int BESIDE_HEAP_MB = 32;

    private static final int SMALLEST_HEAP_MB = 16;

    @Override
    public String name() {
        return "nodejs";
    }

    @Override
    public List<String> versions() {
        return nodes.stream().map(Interpreter::version).toList();
    }

    @Override
    public List<String> describe() {
        return nodes.stream()
                .map(node -> node + (node.equals(nodes.getFirst()) ? " (nodejs:default)" : ""))
                .toList();
    }

    @Override
    public Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var folder = new Staging(host.folder()).stage("nodejs", home.resolve("runtimes/nodejs"), ".js");
        var commands = new LinkedHashMap<String, IntFunction<RuntimeCommand>>();
        for (var node : nodes) {
            commands.put(node.kind(), memoryMb -> node.command(flags(memoryMb), folder.resolve("proxy.js")));
        }
        return commands;
    }

    /** Node cannot see the limit of its container, and would rather be killed for memory than collect garbage. */
    private static List<String> flags(int memoryMb) {
        int heap = Math.max(SMALLEST_HEAP_MB, (memoryMb - BESIDE_HEAP_MB) * 3 / 4);
        return List.of("--max-old-space-size=" + heap);
    }
}
