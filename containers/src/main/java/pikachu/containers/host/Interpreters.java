package pikachu.containers.host;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import pikachu.core.containers.ContainerFailure;

/**
 * The interpreters that functions can be run with. The system's own comes first, then those of PATH; one that the
 * function's user cannot run or whose library it cannot read does not count. Python for now; other languages are
 * further candidates and a probe each.
 */
public final class Interpreters {
    private static final String PYTHON = "python";
    private static final String NAMES = "python3{,.[0-9],.[0-9][0-9]}";
    private static final int SECONDS = 10;

    /** A shim and a virtual environment tell another path than their own. */
    private static final String PROBE =
            "import sys, os; print('%d.%d' % sys.version_info[:2]); print(os.path.realpath(sys.executable));"
                    + " print(os.__file__)";

    private final SequencedMap<String, Interpreter> byKind = new LinkedHashMap<>();

    private Interpreters(List<Interpreter> found) {
        found.forEach(interpreter -> byKind.putIfAbsent(interpreter.kind(), interpreter));
        // the aliases mean the first, as python3 on the machine does
        if (!found.isEmpty()) {
            byKind.put(PYTHON + ":3", found.getFirst());
            byKind.put(PYTHON + ":default", found.getFirst());
        }
    }

    /** @param path the folders of PATH */
    public static Interpreters find(Reach reach, List<Path> path) {
        var folders = new LinkedHashSet<Path>();
        folders.add(Path.of("/usr/bin"));
        folders.addAll(path);
        var found = new ArrayList<Interpreter>();
        var refused = new ArrayList<String>();
        for (var candidate : candidates(folders)) {
            probe(candidate, reach, refused).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            throw new ContainerFailure("No Python 3 that functions can use: none in " + folders + " but "
                    + (refused.isEmpty() ? "nothing" : String.join("; ", refused)) + ". Install python3");
        }
        return new Interpreters(found);
    }

    /** {@code python3} of every folder first, then those named after a version. */
    private static Set<Path> candidates(Set<Path> folders) {
        var plain = new LinkedHashSet<Path>();
        var versioned = new LinkedHashSet<Path>();
        for (var folder : folders) {
            for (var entry : pythons(folder)) {
                (entry.endsWith("python3") ? plain : versioned).add(entry);
            }
        }
        plain.addAll(versioned);
        return plain;
    }

    /** None when there is no such folder: PATH may name any. */
    private static List<Path> pythons(Path folder) {
        var found = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(folder, NAMES)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException absent) {
            found.clear();
        }
        return found;
    }

    private static Optional<Interpreter> probe(Path candidate, Reach reach, List<String> refused) {
        try {
            // Asked before it is run: a shim in root's home costs 0.1 s and could not be used.
            if (!reach.canRun(candidate)) {
                refused.add(candidate + " is closed to the function's user");
                return Optional.empty();
            }
            var told = run(candidate);
            if (told.size() != 3) {
                refused.add(candidate + " does not run");
                return Optional.empty();
            }
            var binary = Path.of(told.get(1));
            if (!reach.canRun(binary)
                    || reach.obstacle(Path.of(told.get(2)), false).isPresent()) {
                refused.add(binary + " is closed to the function's user");
                return Optional.empty();
            }
            return Optional.of(new Interpreter(PYTHON, told.get(0), binary));
        } catch (IOException broken) {
            refused.add(candidate + " does not run (" + broken.getMessage() + ")");
            return Optional.empty();
        }
    }

    private static List<String> run(Path candidate) throws IOException {
        var process = new ProcessBuilder(candidate.toString(), "-S", "-E", "-I", "-c", PROBE)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            // three short lines fit the pipe, so the wait can come before the reading
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
            return ended
                    ? new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ContainerFailure("Interrupted while trying " + candidate, interrupted);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Every kind that is offered, aliases included, and what runs it. */
    public Map<String, Interpreter> kinds() {
        return Collections.unmodifiableMap(byKind);
    }

    /** @throws ContainerFailure naming the kinds that there are */
    public Interpreter of(String kind) {
        return Optional.ofNullable(byKind.get(kind))
                .orElseThrow(() -> new ContainerFailure("There is no runtime for " + kind + " on this machine: it has "
                        + String.join(", ", byKind.keySet())));
    }
}
