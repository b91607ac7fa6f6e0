package pikachu.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pikachu.cli.client.ApiClient;
import pikachu.cli.client.Call;
import pikachu.cli.platform.Home;
import pikachu.cli.platform.PlatformFailure;
import pikachu.cli.platform.PrivatePlatform;

/** The demo with its real functions and real sockets, on a platform that a script stands in for. */
class DemoTest {
    private static final Path ROOT = Path.of(System.getProperty("pikachu.root"));

    @TempDir
    private Path home;

    private Path file;

    @BeforeEach
    void install() throws IOException {
        Files.createSymbolicLink(home.resolve("examples"), ROOT.resolve("examples"));
        launcher("");
        var bytes = new byte[3_000_001];
        new Random(7).nextBytes(bytes);
        file = Files.write(home.resolve("a file"), bytes);
    }

    private void launcher(String script) throws IOException {
        var launcher = home.resolve("pikachu");
        Files.writeString(
                launcher,
                "#!/bin/sh\nSCRIPTED=" + script + " exec /usr/bin/python3 '"
                        + ROOT.resolve("cli/src/test/resources/scripted-platform.py") + "' \"$@\"\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
    }

    private CommandLineRun demo() {
        return CommandLineRun.of(Map.of("PIKACHU_HOME", home.toString()), "demo", file.toString());
    }

    @Test
    void sendsAFileFromOneInstanceStraightToAnother() {
        var run = demo();
        assertThat(run.out()).contains("visible to myname1", "all received, ", "record of server", "record of client");
        assertThat(run.out().lines().reduce((a, b) -> b))
                .hasValueSatisfying(line -> assertThat(line).startsWith("OK: "));
        assertThat(run.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mute-list | 1 | FAILED: the list of instances never showed myname0",
                "corrupt | 1 | FAILED: the SHA-256 of what arrived: ",
            })
    void failsWhenWhatMustBeTrueIsNot(String script, int code, String says) throws IOException {
        launcher(script);
        var run = demo();
        assertThat(run.out()).contains(says).doesNotContain("OK");
        assertThat(run.code()).isEqualTo(code);
    }

    @Test
    void passesOnWhyThePlatformDidNotStart() throws IOException {
        launcher("broken");
        var run = demo();
        assertThat(run.err())
                .contains("The platform ended with exit code 1 before it was ready.")
                .contains("error: the volume demo cannot be reached by the functions' users");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void doesNotWaitForeverForAPlatformThatIsNeverReady() throws IOException {
        launcher("silent");
        assertThatThrownBy(() -> PrivatePlatform.start(new Home(home), List.of(), Duration.ofMillis(700)))
                .isInstanceOf(PlatformFailure.class)
                .hasMessageContaining("was not ready within 0 s")
                .hasMessageContaining("starting, and starting");
    }

    @Test
    void leavesNothingBehind() throws Exception {
        var platform = PrivatePlatform.start(new Home(home), List.of(), Duration.ofSeconds(30));
        var process = platform.process();
        assertThat(platform.dataFolder()).isNotEmptyDirectory();
        var answer = new ApiClient(platform.connection()).exchange(Call.get("/namespaces", "list"));
        assertThat(answer.status()).isEqualTo(200);
        platform.close();
        platform.close();
        process.onExit().get(5, TimeUnit.SECONDS);
        assertThat(platform.dataFolder()).doesNotExist();
    }

    @Test
    void saysWhereALauncherIsMissing() throws IOException {
        Files.delete(home.resolve("pikachu"));
        assertThat(demo().err())
                .contains("Cannot start " + home.resolve("pikachu"))
                .contains("Set PIKACHU_HOME");
    }
}
