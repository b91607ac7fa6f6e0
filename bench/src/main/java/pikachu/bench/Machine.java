package pikachu.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** What a figure must never be told without. */
final class Machine {
    private Machine() {}

    static void describe(ObjectNode into, List<String> commandLine) {
        into.put("time", Instant.now().toString());
        into.put("commandLine", String.join(" ", commandLine));
        into.put("cores", Runtime.getRuntime().availableProcessors());
        into.put("kernel", read("/proc/sys/kernel/osrelease"));
        into.put("loadAverage", read("/proc/loadavg"));
        into.put("memory", read("/proc/meminfo").lines().findFirst().orElse(""));
        into.put(
                "processor",
                read("/proc/cpuinfo")
                        .lines()
                        .filter(line -> line.startsWith("model name"))
                        .findFirst()
                        .orElse(""));
        into.put("jdk", Runtime.version().toString());
        into.put("python", python());
        into.put("user", System.getProperty("user.name", ""));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String python() {
        try {
            var process = new ProcessBuilder("/usr/bin/python3", "--version")
                    .redirectErrorStream(true)
                    .start();
            process.waitFor(10, TimeUnit.SECONDS);
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
