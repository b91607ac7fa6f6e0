package pikachu.backends.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.StoreUnavailable;

/** Real processes, killed with SIGKILL. */
class SqliteKillTest {
    private static final int ROUNDS = Boolean.getBoolean("pikachu.soak") ? 50 : 4;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedIsThereAfterKill() throws IOException, InterruptedException, SQLException {
        var seed = Long.getLong("pikachu.seed", System.nanoTime());
        var random = new Random(seed);
        var acknowledged = new HashSet<String>();
        for (var round = 1; round <= ROUNDS; round++) {
            var lines = 1 + random.nextInt(2000);
            acknowledged.addAll(liveFor(lines));
            var description = "round " + round + ", replay with -Dpikachu.seed=" + seed;
            try (var store = SqliteStore.open(folder)) {
                var records = new HashSet<String>();
                store.journal()
                        .kept()
                        .forEach(kept -> records.add(new String(kept.bus().value(), UTF_8)));
                for (var line : acknowledged) {
                    var words = line.split(" ");
                    var isThere = switch (words[0]) {
                        case "record" -> records.contains(words[1]);
                        case "document" ->
                            store.get(new DocumentKey(Collection.ACTIVATIONS, Lives.GUEST, words[1]))
                                    .isPresent();
                        default -> true;
                    };
                    assertThat(isThere).as(line + ", " + description).isTrue();
                }
                assertThat(nativeFiles()).as("what the killed left").isEqualTo(1);
            }
            assertThat(integrity()).as(description).isEqualTo("ok");
        }
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
    }

    @Test
    void aSecondProcessIsRefusedAndToldWhoHasTheFolderUntilThatOneIsKilled() throws IOException, InterruptedException {
        var holder = start();
        try (var out = lines(holder)) {
            assertThat(out.readLine()).startsWith("open ");
            assertThatThrownBy(() -> SqliteStore.open(folder))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageContaining("in use by process " + holder.pid());
        } finally {
            kill(holder);
        }
        SqliteStore.open(folder).close();
    }

    /** The whole lines of a process that is killed after so many. */
    private Set<String> liveFor(int lines) throws IOException, InterruptedException {
        var process = start();
        var seen = new HashSet<String>();
        try (var out = lines(process)) {
            var last = out.readLine();
            for (var i = 0; i < lines && last != null; i++) {
                seen.add(last);
                last = out.readLine();
            }
            process.toHandle().destroyForcibly(); // unlike the process's own, leaves the pipe open
            while (last != null) {
                var next = out.readLine();
                if (next != null) {
                    seen.add(last); // the very last one may be cut off
                }
                last = next;
            }
        } finally {
            kill(process);
        }
        return seen;
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Lives.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private long nativeFiles() throws IOException {
        try (var files = Files.list(folder.resolve("native"))) {
            return files.count();
        }
    }

    private String integrity() throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("pikachu.db"));
                var statement = connection.createStatement();
                var result = statement.executeQuery("PRAGMA integrity_check")) {
            return result.getString(1);
        }
    }
}
