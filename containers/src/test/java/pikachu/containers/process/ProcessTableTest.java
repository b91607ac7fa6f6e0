package pikachu.containers.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {
    private static final int LISTINGS = 100;

    @Test
    void aCompleteListingFindsWhoAlwaysForksAndEndsWhileOthersForkToo(@TempDir Path path) throws Exception {
        var stop = path.resolve("stop");
        // the runner has each of its numbers for a moment only; its session stays
        var runner = python("""
                import os, sys, time
                os.setsid()
                begin = time.monotonic()
                while not os.path.exists(sys.argv[1]) and time.monotonic() < begin + 30:
                    if os.fork(): os._exit(0)
                """, stop);
        var other = python("""
                import os, sys, time
                begin = time.monotonic()
                while not os.path.exists(sys.argv[1]) and time.monotonic() < begin + 30:
                    if os.fork() == 0: os._exit(0)
                    os.wait()
                """, stop);
        try {
            long session = runner.pid();
            await().atMost(Duration.ofSeconds(5)).until(() -> holds(ProcessTable.running(), session));
            int complete = 0;
            for (int listing = 0; listing < LISTINGS; listing++) {
                var running = ProcessTable.running();
                assertThat(holds(running, session) || !running.isComplete())
                        .as("found by a listing that calls itself complete, the %dth", listing)
                        .isTrue();
                complete += running.isComplete() ? 1 : 0;
            }
            assertThat(complete).isPositive();
        } finally {
            Files.createFile(stop);
            assertThat(other.waitFor(5, TimeUnit.SECONDS)).isTrue();
            await().atMost(Duration.ofSeconds(5)).until(() -> !holds(ProcessTable.running(), runner.pid()));
        }
    }

    @Test
    void aZombieAndAThreadAreNoProcesses() {
        var alive =
                "Name:\tx\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\nPPid:\t1\nUid:\t5\t0\t0\t0\nNSsid:\t3\nThreads:\t1\n";
        assertThat(ProcessTable.parse(alive)).contains(new ProcessTable.Entry(7, 1, 3, 5));
        assertThat(ProcessTable.parse(alive.replace("S (sleeping)", "Z (zombie)")))
                .isEmpty();
        assertThat(ProcessTable.parse(
                        alive.replace("S (sleeping)", "Z (zombie)").replace("Threads:\t1", "Threads:\t2")))
                .isPresent();
        assertThat(ProcessTable.parse(alive.replace("Tgid:\t7", "Tgid:\t6"))).isEmpty();
    }

    private static boolean holds(ProcessTable.Listing listing, long session) {
        return listing.entries().stream().anyMatch(entry -> entry.session() == session);
    }

    private static Process python(String program, Path argument) throws IOException {
        return new ProcessBuilder("/usr/bin/python3", "-S", "-E", "-c", program, argument.toString()).start();
    }
}
