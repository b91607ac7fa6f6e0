package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances on several invokers, each a true one, as functions see them. */
final class ManyInvokersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int INSTANCES = 64;

    /**
     * Waits until it has seen all others running, or gone since, for they wait for the same; then, as the last one, until
     * all others are gone. All in the file alone.
     */
    private static final String MEETS = """
            import os, time

            def states():
                found = {}
                with open(os.environ["__OW_DIRECTORY"] + "/instances") as directory:
                    for line in directory:
                        if line.endswith("\\n") and not line.startswith("#"):
                            f = line.split("\\t")
                            found[f[0]] = (f[2], f[3], f[6])
                return found

            def main(args):
                me, n, deadline = os.environ["__OW_INSTANCE_ID"], args["n"], time.time() + 45
                ids = ["m%d" % i for i in range(n)]
                while True:
                    now = states()
                    missing = [i for i in ids if now.get(i, ("",))[0] not in ("running", "gone")]
                    if not missing:
                        break
                    if time.time() > deadline:
                        return {"error": "missing " + str(missing)}
                    time.sleep(0.1)
                hosts = len(set(now[i][2] for i in ids))
                with open(os.environ["__OW_DIRECTORY"] + "/instances") as directory:
                    assert directory.readline().startswith("#pikachu-directory\\t1\\t")
                if me != "m0":
                    return {"saw": n, "invokers": hosts}
                while not all(states()[i][:2] == ("gone", "finished") for i in ids[1:]):
                    if time.time() > deadline:
                        return {"error": "not gone: " + str([i for i in ids[1:] if states()[i][0] != "gone"])}
                    time.sleep(0.1)
                return {"saw": n, "invokers": hosts, "gone": n - 1}
            """;

    @TempDir
    private Path data;

    private Standalone platform;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        platform = new Standalone(new Settings(0, data, 3, 3 * 24 * 128, Map.of(), Installation.home()));
        platform.start();
        client = new Client(platform.address());
    }

    @AfterEach
    void stop() {
        client.close();
        platform.close();
    }

    @Test
    void sixtyFourInstancesOnThreeInvokersAllSeeEachOtherAndThenAllGo() {
        client.create("meets", MEETS, Client.JSON.createObjectNode().put("memory", 128));

        var ids = IntStream.range(0, INSTANCES)
                .mapToObj(i -> client.invoke("meets", "{\"n\":" + INSTANCES + ",\"instanceID\":\"m" + i + "\"}"))
                .peek(answer -> assertThat(answer.status()).isEqualTo(202))
                .map(answer -> answer.at("/activationId").asString())
                .toList();

        var invokers = new ArrayList<Integer>();
        for (var id : ids) {
            await().atMost(PATIENCE).until(() -> client.get("activations/" + id).status() == 200);
            var result = client.get("activations/" + id).at("/response/result");
            assertThat(result.path("saw").asInt()).as(result.toString()).isEqualTo(INSTANCES);
            invokers.add(result.path("invokers").asInt());
        }
        assertThat(invokers).containsOnly(3);
        assertThat(client.get("activations/" + ids.getFirst())
                        .at("/response/result/gone")
                        .asInt())
                .isEqualTo(INSTANCES - 1);
        await().atMost(PATIENCE).until(this::allAreGone);
    }

    private boolean allAreGone() {
        var instances = client.get("instances?limit=200").body();
        return StreamSupport.stream(instances.spliterator(), false)
                        .filter(entry -> entry.path("state").asString().equals("gone"))
                        .count()
                == INSTANCES;
    }
}
