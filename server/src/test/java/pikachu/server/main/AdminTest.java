package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.containers.host.RunFolder;

/** {@code pikachu admin} beside a platform that runs, and without one; both are processes of their own. */
final class AdminTest {
    private Path data;

    @BeforeEach
    void makeData() throws IOException {
        data = Files.createTempDirectory("pikachu-admin");
    }

    @AfterEach
    void removeData() throws IOException {
        try (var files = Files.walk(data)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private record Ran(int code, String text) {}

    private Ran admin(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Admin.class.getName()));
        command.addAll(List.of(words));
        command.addAll(List.of("--data", data.toString()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), text.strip());
    }

    @Test
    void aUserMadeWhileThePlatformRunsIsLetInToANamespaceOfItsOwn() throws Exception {
        try (var platform = PlatformProcess.start(data)) {
            var made = admin("user", "create", "ada", "-ns", "analytics");
            assertThat(made.code()).as(made.text()).isZero();
            assertThat(made.text()).matches("[0-9a-f-]{36}:[0-9A-Za-z]{64}");

            try (var ada = new Client(platform.address(), made.text());
                    var guest = new Client(platform.address())) {
                assertThat(ada.create("mine", "def main(args):\n    return {'by': 'ada'}\n")
                                .status())
                        .isEqualTo(200);
                assertThat(ada.call("mine", "{}").at("/response/result/by").asString())
                        .isEqualTo("ada");
                assertThat(ada.call("mine", "{}").at("/namespace").asString()).isEqualTo("analytics");
                assertThat(guest.get("actions/mine").status()).isEqualTo(404);
            }

            assertThat(admin("user", "get", "ada")).isEqualTo(made);
            assertThat(admin("user", "list").text())
                    .contains("ada ")
                    .contains("analytics")
                    .contains("guest");
            assertThat(admin("user", "create", "eve", "-ns", "analytics"))
                    .isEqualTo(new Ran(2, "error: The namespace analytics belongs to ada. Choose another with -ns."));
        }
    }

    @Test
    void aUserIsTakenAwayAndBlockedWhileThePlatformIsDown() throws Exception {
        PlatformProcess.start(data).close();
        var key = admin("user", "create", "ada").text();
        assertThat(admin("user", "create", "bob").code()).isZero();
        assertThat(admin("user", "block", "bob").code()).isZero();
        assertThat(admin("user", "delete", "ada").text()).isEqualTo("ok: deleted user ada");
        assertThat(admin("user", "get", "ada").code()).isEqualTo(2);
        var bobs = admin("user", "get", "bob").text();

        try (var platform = PlatformProcess.start(data);
                var ada = new Client(platform.address(), key);
                var bob = new Client(platform.address(), bobs)) {
            assertThat(ada.get("actions").status()).isEqualTo(401);
            assertThat(bob.get("actions").status()).isEqualTo(401);
            assertThat(admin("user", "unblock", "bob").code()).isZero();
            assertThat(bob.get("actions").status()).isEqualTo(200);
        }
    }

    @Test
    void saysWhereItLookedWhenThereIsNoPlatform() throws Exception {
        Files.delete(data);
        var said = admin("user", "list");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.text()).contains("There is no platform's data at " + data);
        assertThat(data).doesNotExist();
        Files.createDirectory(data);
    }

    @Test
    void theSocketIsForItsOwnUserAndAnswersNonsenseWithAnError() throws Exception {
        try (var platform = PlatformProcess.start(data)) {
            assertThat(platform.address()).isNotEmpty();
            int slice =
                    Integer.parseInt(Files.readAllLines(data.resolve("slices")).getFirst());
            var socket = RunFolder.usualPath(slice).resolve("admin");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(say(socket, "nonsense\n")).startsWith("{\"error\":\"The request is not a JSON object");
            assertThat(say(socket, "{\"do\":\"dance\"}\n")).contains("dance");
            assertThat(say(socket, "{\"do\":\"create\",\"subject\":\"a/b\"}\n")).startsWith("{\"error\":");
            assertThat(say(socket, "{\"do\":\"list\"}\n")).startsWith("{\"users\":[{\"subject\":\"guest\"");
        }
    }

    private static String say(Path socket, String line) throws IOException {
        try (var connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connection.connect(UnixDomainSocketAddress.of(socket));
            connection.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(connection).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
