package pikachu.containers.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.containers.host.Trees;

/** A platform that is killed takes its containers along, and its successor finds the rest. */
class PlatformDeathTest {
    private static final int CONTAINERS = 3;

    /** Leaves a daemon, says so, and stays. */
    private static final String RUNTIME = """
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork(): os._exit(0)
                os.closerange(0, 64)
                os.open(os.environ['HOME'] + '/daemon', os.O_CREAT)
                time.sleep(600)
            os.wait()
            time.sleep(600)
            """;

    private final String mark = "mark-" + UUID.randomUUID();
    private Path path;
    private int number;

    @BeforeEach
    void makeFolders() throws IOException {
        try (var ground = Ground.take()) {
            number = ground.slice().number();
        }
        path = Ground.folder();
        Files.createDirectory(path.resolve("directory"));
        Files.createDirectory(path.resolve("channel"));
    }

    @AfterEach
    void removeFolders() {
        Trees.remove(path);
    }

    @Test
    void containersDieWithTheirPlatformAndASuccessorSweepsTheRest() throws Exception {
        var platform = start();
        try {
            awaitDaemons();
            assertThat(living()).hasSize(2 * CONTAINERS);
            assertThat(Slice.take(number)).isEmpty();
        } finally {
            platform.destroyForcibly();
        }
        assertThat(platform.waitFor(10, TimeUnit.SECONDS)).isTrue();
        await().atMost(Duration.ofSeconds(2)).until(() -> living().size() == CONTAINERS);

        try (var slice = Slice.take(number).orElseThrow();
                var runFolder = RunFolder.open(path.resolve("run"), slice);
                var driver = new Ground(slice, path, runFolder).driver()) {
            var found = driver.sweep();
            assertThat(found)
                    .filteredOn(sentence -> sentence.startsWith("Killed"))
                    .hasSize(CONTAINERS);
            assertThat(found)
                    .filteredOn(sentence -> sentence.startsWith("Removed"))
                    .hasSize(CONTAINERS);
            assertThat(living()).isEmpty();
            assertThat(runFolder.path().resolve("c0")).doesNotExist();
            assertThat(driver.sweep()).isEmpty();
        }
    }

    @Test
    void aSweepSparesAnotherSlice() throws Exception {
        var platform = start();
        awaitDaemons();
        try (var ground = Ground.take();
                var driver = ground.driver()) {
            assertThat(ground.slice().number()).isNotEqualTo(number);
            assertThat(driver.sweep()).isEmpty();
            assertThat(living()).hasSize(2 * CONTAINERS);
        } finally {
            platform.destroyForcibly();
            platform.waitFor(10, TimeUnit.SECONDS);
            sweep();
        }
    }

    private void sweep() {
        try (var slice = Slice.take(number).orElseThrow();
                var runFolder = RunFolder.open(path.resolve("run"), slice);
                var driver = new Ground(slice, path, runFolder).driver()) {
            driver.sweep();
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Platform.class.getName(),
                        Integer.toString(number),
                        path.resolve("run").toString(),
                        path.toString(),
                        "outer",
                        Integer.toString(CONTAINERS),
                        "mark = '" + mark + "'\n" + RUNTIME)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void awaitDaemons() {
        var run = path.resolve("run/slice" + number);
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            for (int container = 0; container < CONTAINERS; container++) {
                if (!Files.exists(run.resolve("c" + container + "/home/daemon"))) {
                    return false;
                }
            }
            return true;
        });
    }

    private List<Long> living() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(this::isMarked)
                .toList();
    }

    /** The platform has the mark in its command line too. */
    private boolean isMarked(long pid) {
        try {
            var line = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            return line.contains(mark) && line.startsWith("/usr/bin/python3");
        } catch (IOException gone) {
            return false;
        }
    }
}
