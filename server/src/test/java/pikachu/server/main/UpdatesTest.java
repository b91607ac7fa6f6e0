package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.containers.ContainerSpec.Volume;

/** An action that is updated while activations of it wait, on an invoker that has room for one container. */
final class UpdatesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path data;

    private Path gate;
    private Standalone platform;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        gate = Files.createTempDirectory("pikachu-gate");
        Files.setPosixFilePermissions(gate, PosixFilePermissions.fromString("rwxr-xr-x"));
        var volumes = Map.of("gate", new Volume(gate, false));
        platform = new Standalone(new Settings(0, data, 1, 256, volumes, Installation.home()));
        platform.start();
        client = new Client(platform.address());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        platform.close();
        Files.deleteIfExists(gate.resolve("open"));
        Files.delete(gate);
    }

    private void occupy() {
        client.create("holds", """
                import os, time
                def main(args):
                    deadline = time.time() + 30
                    while time.time() < deadline and not os.path.exists(os.environ["__OW_VOLUMES"] + "/gate/open"):
                        time.sleep(0.01)
                    return {}
                """);
        client.invoke("holds", "{\"instanceID\":\"holder\"}");
        await().atMost(PATIENCE)
                .until(() ->
                        client.get("instances/holder").at("/state").asString().equals("running"));
    }

    /** Longer than what is kept in the action's document. */
    private static String code(String says) {
        return "# " + "x".repeat(200_000) + "\ndef main(args):\n    return {'says': '" + says + "'}\n";
    }

    @Test
    void recordsWhichVersionRanWhenAnUpdateOvertakesAnActivation() throws IOException {
        client.create("fresh", code("old"));
        occupy();
        var id = client.invoke("fresh", "{}").at("/activationId").asString();

        client.create("fresh", code("new"));
        Files.createFile(gate.resolve("open"));
        await().atMost(PATIENCE).until(() -> client.get("activations/" + id).status() == 200);

        var record = client.get("activations/" + id);
        assertThat(record.at("/response/result/says").asString()).isEqualTo("new");
        assertThat(record.at("/version").asString()).isEqualTo("0.0.2");
    }
}
