package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a death of the whole platform by kill -9 leaves, with real processes. */
final class SurvivalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SENDERS = 4;

    /** Appends its activation's ID to a file before it does anything else, so that each start shows. */
    private static final String NOTED = """
            import os, time
            def main(args):
                line = os.environ["__OW_ACTIVATION_ID"] + "\\n"
                fd = os.open(os.environ["__OW_VOLUMES"] + "/notes/starts", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
                os.fchmod(fd, 0o666) if os.fstat(fd).st_uid == os.getuid() else None
                os.write(fd, line.encode())
                os.close(fd)
                time.sleep(args.get("s", 0))
                return {"ok": True}
            """;

    private Path folder;
    private Path data;
    private Path notes;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = Files.createTempDirectory("pikachu-survival");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        data = Files.createDirectory(folder.resolve("data"));
        notes = Files.createDirectory(folder.resolve("notes"));
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach
    void removeFolders() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static LongStream seeds() {
        var rounds = Boolean.getBoolean("pikachu.soak") ? 20 : 1;
        return LongStream.concat(LongStream.range(1, 1 + rounds), LongStream.of(System.currentTimeMillis()));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsAllThatWasAcceptedWhenItIsKilledUnderLoad(long seed) throws Exception {
        System.out.println("SurvivalTest seed " + seed);
        var random = new Random(seed);
        var accepted = new ConcurrentLinkedQueue<String>();
        try (var platform = start()) {
            try (var client = new Client(platform.address())) {
                client.create("noted", NOTED);
                underLoad(platform.address(), accepted, () -> {
                    await().atMost(PATIENCE).until(() -> !accepted.isEmpty());
                    TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(1_500));
                    platform.kill();
                });
            }
        }
        assertThat(accepted).as("accepted before the kill").isNotEmpty();

        try (var platform = start();
                var client = new Client(platform.address())) {
            assertThat(client.get("actions/noted").status()).isEqualTo(200);
            for (var id : accepted) {
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> client.get("activations/" + id).status() == 200);
            }
            assertThat(startsOf()).as("no activation was started twice").doesNotHaveDuplicates();
            assertThat(ranOrEndedAsLost(client, accepted)).isTrue();
            assertThat(platform.stop()).isEqualTo(143);
        }
        assertThat(processesOf(notes)).as("processes left").isEmpty();
    }

    @Test
    void keepsAllThatWasAcceptedWhenItIsStoppedUnderLoad() throws Exception {
        var accepted = new ConcurrentLinkedQueue<String>();
        try (var platform = start();
                var client = new Client(platform.address())) {
            client.create("noted", NOTED);
            underLoad(platform.address(), accepted, () -> {
                await().atMost(PATIENCE).until(() -> accepted.size() > 100);
                assertThat(platform.stop()).isEqualTo(143);
            });
        }
        try (var platform = start();
                var client = new Client(platform.address())) {
            for (var id : accepted) {
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> client.get("activations/" + id).status() == 200);
            }
            assertThat(ranOrEndedAsLost(client, accepted)).isTrue();
            assertThat(startsOf()).doesNotHaveDuplicates().containsAll(accepted);
        }
    }

    /** A record without a start is an error of the platform; a success has its start. */
    private boolean ranOrEndedAsLost(Client client, Queue<String> accepted) throws IOException {
        var starts = startsOf();
        for (var id : accepted) {
            var status = client.get("activations/" + id).at("/response/status").asString();
            if (status.equals("success")) {
                assertThat(starts).as("start of " + id).contains(id);
            } else {
                assertThat(status).as("status of " + id).isEqualTo("whisk internal error");
            }
        }
        return true;
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void underLoad(String address, Queue<String> accepted, Step step) throws Exception {
        var isOver = new AtomicBoolean();
        var senders = new ArrayList<Thread>();
        for (var i = 0; i < SENDERS; i++) {
            senders.add(Thread.ofPlatform().start(() -> send(address, accepted, isOver)));
        }
        step.run();
        isOver.set(true);
        for (var sender : senders) {
            sender.join();
        }
    }

    private static void send(String address, Queue<String> accepted, AtomicBoolean isOver) {
        try (var client = new Client(address)) {
            for (var i = 0; !isOver.get(); i++) {
                var answer = i % 5 == 0 ? client.call("noted", "{}") : client.invoke("noted", "{\"s\":0.002}");
                if (answer.status() == 202) {
                    accepted.add(answer.at("/activationId").asString());
                }
            }
        }
    }

    @Test
    void endsWhatRanAsAnErrorAndRunsWhatHadNotStarted() throws Exception {
        String running;
        var waiting = new ArrayList<String>();
        try (var platform = start("--user-memory", "256");
                var client = new Client(platform.address())) {
            client.create("noted", NOTED);
            running = client.invoke("noted", "{\"s\":30}").at("/activationId").asString();
            await().atMost(PATIENCE).until(() -> startsOf().contains(running));
            for (var i = 0; i < 5; i++) {
                waiting.add(client.invoke("noted", "{\"instanceID\":\"waits" + i + "\"}")
                        .at("/activationId")
                        .asString());
            }
            platform.kill();
        }
        try (var platform = start("--user-memory", "256");
                var client = new Client(platform.address())) {
            await().atMost(PATIENCE)
                    .until(() -> client.get("activations/" + running).status() == 200);
            var record = client.get("activations/" + running);
            assertThat(record.at("/response/status").asString()).isEqualTo("whisk internal error");
            for (var id : waiting) {
                await().atMost(PATIENCE)
                        .until(() -> client.get("activations/" + id).status() == 200);
                assertThat(client.get("activations/" + id)
                                .at("/response/status")
                                .asString())
                        .isEqualTo("success");
            }
            assertThat(startsOf()).doesNotHaveDuplicates().hasSize(6);
        }
    }

    @Test
    void leavesNoProcessOfTheOldLifeNotEvenOneThatHides() throws Exception {
        var seconds = String.valueOf(1_000_000_000 + new Random().nextInt(1_000_000_000));
        try (var platform = start();
                var client = new Client(platform.address())) {
            client.create("hides", """
                    import os, time
                    def main(args):
                        if os.fork() == 0:
                            os.setsid()
                            if os.fork() == 0:
                                for fd in range(3): os.close(fd)
                                os.execv("/bin/sleep", ["sleep", "SECONDS"])
                            os._exit(0)
                        time.sleep(30)
                    """.replace("SECONDS", seconds));
            client.invoke("hides", "{}");
            await().atMost(PATIENCE).until(() -> commandsWith(seconds) == 1);
            platform.kill();
        }
        try (var platform = start()) {
            assertThat(platform.address()).isNotEmpty();
            assertThat(commandsWith(seconds)).isZero();
        }
    }

    @Test
    void refusesASecondPlatformOnTheSameData() throws Exception {
        try (var platform = start()) {
            assertThat(platform.address()).isNotEmpty();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(this::start))
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining("in use");
        }
    }

    private PlatformProcess start(String... options) throws IOException, InterruptedException {
        var all = Stream.concat(Stream.of("--volume", "notes=" + notes + ":rw"), Stream.of(options));
        return PlatformProcess.start(data, all.toArray(String[]::new));
    }

    private List<String> startsOf() throws IOException {
        var file = notes.resolve("starts");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static long commandsWith(String argument) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .anyMatch(arguments -> List.of(arguments).contains(argument)))
                .count();
    }

    /** Processes whose environment or command names the folder. */
    private static List<Long> processesOf(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(folder.toString()))
                .map(ProcessHandle::pid)
                .toList();
    }
}
