package pikachu.containers.host;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import pikachu.core.containers.ContainerFailure;

/**
 * Node.js and JDKs that functions can be run with: one of each major version, the newest first. Those that the function's
 * user cannot run do not count. None is no failure; a machine offers the kinds that it has.
 */
public final class Installed {
    private static final int SECONDS = 10;
    private static final Pattern NODE_VERSION = Pattern.compile("v([0-9]{1,4})\\..*", Pattern.DOTALL);
    private static final Pattern JAVA_VERSION = Pattern.compile("JAVA_VERSION=\"([0-9]{1,4})[^\"]*\"");
    private static final int OLDEST_NODE = 18;
    private static final int OLDEST_JAVA = 17;

    private Installed() {}

    /** @param path the folders of PATH */
    public static List<Interpreter> nodes(Reach reach, List<Path> path) {
        var folders = new ArrayList<>(List.of(Path.of("/usr/bin"), Path.of("/usr/local/bin")));
        folders.addAll(path);
        var found = new LinkedHashMap<Integer, Interpreter>();
        var tried = new ArrayList<Path>();
        for (var folder : folders) {
            for (var name : List.of("node", "nodejs")) {
                real(folder.resolve(name), reach)
                        .filter(program -> !tried.contains(program))
                        .ifPresent(program -> {
                            tried.add(program);
                            nodeVersion(program)
                                    .filter(version -> version >= OLDEST_NODE)
                                    .ifPresent(version -> found.putIfAbsent(
                                            version, new Interpreter("nodejs", version.toString(), program)));
                        });
            }
        }
        return newestFirst(found);
    }

    /** @param first the home of a JDK that comes before the others of its version */
    public static List<Interpreter> jdks(Reach reach, Path first) {
        var homes = new ArrayList<Path>();
        homes.add(first);
        homes.addAll(below(Path.of("/usr/lib/jvm")));
        var found = new LinkedHashMap<Integer, Interpreter>();
        for (var home : homes) {
            var java = real(home.resolve("bin/java"), reach);
            var version = javaVersion(home).filter(number -> number >= OLDEST_JAVA);
            // without a compiler, actions given as source would not run
            if (java.isPresent() && version.isPresent() && Files.exists(home.resolve("bin/javac"))) {
                found.putIfAbsent(
                        version.get(), new Interpreter("java", version.get().toString(), java.get()));
            }
        }
        return newestFirst(found);
    }

    private static List<Interpreter> newestFirst(Map<Integer, Interpreter> found) {
        return found.entrySet().stream()
                .sorted(Map.Entry.<Integer, Interpreter>comparingByKey(Comparator.reverseOrder()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static Optional<Path> real(Path program, Reach reach) {
        try {
            return reach.canRun(program) ? Optional.of(program.toRealPath()) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    private static Collection<Path> below(Path folder) {
        var found = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(folder)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException absent) {
            found.clear();
        }
        return found;
    }

    private static Optional<Integer> javaVersion(Path home) {
        try {
            var version = JAVA_VERSION.matcher(Files.readString(home.resolve("release")));
            return version.find() ? Optional.of(Integer.valueOf(version.group(1))) : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> nodeVersion(Path program) {
        try {
            var process = new ProcessBuilder(program.toString(), "--version")
                    .redirectInput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                // one short line fits the pipe, so the wait can come before the reading
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    return Optional.empty();
                }
                var told = NODE_VERSION.matcher(
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
                return told.matches() ? Optional.of(Integer.valueOf(told.group(1))) : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException broken) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ContainerFailure("Interrupted while trying " + program, interrupted);
        }
    }
}
