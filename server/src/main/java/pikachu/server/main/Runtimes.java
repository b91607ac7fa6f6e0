package pikachu.server.main;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import pikachu.containers.host.Installed;
import pikachu.containers.host.Interpreters;
import pikachu.core.containers.RuntimeCommand;
import pikachu.server.entities.Kinds;

/** The kinds of action that this machine can run, and how their runtimes are started. */
record Runtimes(List<Family> families) {
    Runtimes {
        families = List.copyOf(families);
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
        var families = new ArrayList<Family>();
        var pythons = Interpreters.find(host.reach(), path).kinds().values().stream()
                .distinct()
                .toList();
        families.add(new PythonFamily(home, pythons));
        var nodes = Installed.nodes(host.reach(), path);
        if (!nodes.isEmpty()) {
            families.add(new NodeFamily(home, nodes));
        }
        var jdks = Installed.jdks(host.reach(), Path.of(System.getProperty("java.home")));
        if (!jdks.isEmpty() && JavaFamily.isBuilt(home)) {
            families.add(new JavaFamily(home, jdks));
        }
        families.add(new NativeFamily(home, pythons.getFirst()));
        return new Runtimes(families);
    }

    Kinds kinds() {
        return new Kinds(families.stream()
                .map(family -> Kinds.family(family.name(), family.versions()))
                .toList());
    }

    /** How each kind is started on this host in so many MB. */
    Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var commands = new LinkedHashMap<String, IntFunction<RuntimeCommand>>();
        families.forEach(family -> commands.putAll(family.commands(host)));
        return commands;
    }

    List<String> describe() {
        return families.stream().flatMap(family -> family.describe().stream()).toList();
    }
}
