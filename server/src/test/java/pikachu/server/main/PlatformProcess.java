package pikachu.server.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code pikachu up} in a process of its own, for tests that kill it. */
final class PlatformProcess implements AutoCloseable {
    private static final String READY = "pikachu is ready at ";
    private static final long START_SECONDS = 60;

    private final Process process;
    private final String address;

    private PlatformProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    static PlatformProcess start(Path data, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("-Dpikachu.root=" + Installation.home());
        command.add(Up.class.getName());
        command.addAll(List.of("--port", "0", "--data", data.toString()));
        command.addAll(List.of(options));
        var output = Files.createTempFile("pikachu-up", ".log");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new PlatformProcess(process, awaitReady(process, output));
    }

    private static String awaitReady(Process process, Path output) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            var text = Files.readString(output);
            var at = text.indexOf(READY);
            if (at >= 0 && text.indexOf('\n', at) > 0) {
                Files.delete(output);
                return text.substring(at + READY.length(), text.indexOf('\n', at))
                        .strip();
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() - deadline > 0) {
                process.destroyForcibly();
                var said = Files.readString(output);
                Files.delete(output);
                throw new IOException("The platform did not start:\n" + said);
            }
        }
    }

    String address() {
        return address;
    }

    /** As kill -9 does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The platform did not stop within 30 s of SIGTERM.");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
