package pikachu.server.main;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.containers.host.Interpreter;
import pikachu.containers.host.Staging;
import pikachu.core.containers.RuntimeCommand;

/**
 * Java, each version that is installed. JDK 25 and later start faster with an AOT cache, which is made in the background
 * when the first container is wanted: the jar must be the very file that the cache was made with, and most platforms never
 * run a Java action.
 */
record JavaFamily(Path home, List<Interpreter> jdks) implements Family {
    private static final Logger LOG = LoggerFactory.getLogger(JavaFamily.class);
    private static final String BUILT = "runtimes/java/target/runtime";
    private static final int FIRST_WITH_CACHE = 25;
    private static final int TRAINING_SECONDS = 60;
    private static final int SMALLEST_HEAP_MB = 16;

    /** Containers are small and short-lived, and there are many to a core. */
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xss512k",
            "-XX:+ExitOnOutOfMemoryError");

    static boolean isBuilt(Path home) {
        return Files.isDirectory(home.resolve(BUILT));
    }

    @Override
    public String name() {
        return "java";
    }

    @Override
    public List<String> versions() {
        return jdks.stream().map(Interpreter::version).toList();
    }

    @Override
    public List<String> describe() {
        return jdks.stream()
                .map(jdk -> jdk + (jdk.equals(jdks.getFirst()) ? " (java:default)" : ""))
                .toList();
    }

    @Override
    public Map<String, IntFunction<RuntimeCommand>> commands(Host host) {
        var folder = new Staging(host.folder()).stage("java", home.resolve(BUILT), ".jar");
        var jar = proxy(folder);
        var commands = new LinkedHashMap<String, IntFunction<RuntimeCommand>>();
        for (var jdk : jdks) {
            var cache = folder.resolve(jdk.version() + ".aot");
            var isTrained = new AtomicBoolean(Integer.parseInt(jdk.version()) < FIRST_WITH_CACHE);
            commands.put(jdk.kind(), memoryMb -> {
                if (isTrained.compareAndSet(false, true)) {
                    Thread.ofVirtual().start(() -> train(jdk, jar, cache));
                }
                return command(jdk, jar, cache, memoryMb);
            });
        }
        return commands;
    }

    private static Path proxy(Path folder) {
        try (var jars = Files.newDirectoryStream(folder, "runtime-java-*.jar")) {
            return jars.iterator().next();
        } catch (IOException e) {
            throw new StartFailure("The Java runtime's copy in " + folder + " cannot be read.", e);
        }
    }

    /** Half of the memory is for the heap; the other is for classes, code, stacks and buffers. */
    private static RuntimeCommand command(Interpreter jdk, Path jar, Path cache, int memoryMb) {
        var arguments = new ArrayList<String>();
        arguments.add(jdk.path().toString());
        arguments.addAll(FLAGS);
        arguments.add("-Xmx" + Math.max(SMALLEST_HEAP_MB, memoryMb / 2) + "m");
        if (Files.exists(cache)) {
            arguments.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off", "-Xlog:cds*=off"));
        }
        arguments.addAll(List.of("-jar", jar.toString()));
        return new RuntimeCommand(jdk.kind(), arguments);
    }

    /** Without a cache all works as well, half a second slower. */
    private static void train(Interpreter jdk, Path jar, Path cache) {
        var fresh = cache.resolveSibling(cache.getFileName() + ".new");
        var command = new ArrayList<>(List.of(jdk.path().toString()));
        command.addAll(FLAGS);
        command.addAll(List.of("-XX:AOTCacheOutput=" + fresh, "-jar", jar.toString(), "--train"));
        try {
            var process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (process.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
                    Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
                    LOG.info("event=java_cache_made kind={}", jdk.kind());
                }
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.info("event=java_cache_not_made kind={} reason={}", jdk.kind(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
