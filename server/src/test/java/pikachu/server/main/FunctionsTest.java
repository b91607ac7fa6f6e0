package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Real functions on the whole platform, in this process: what a caller and a peer see of each way to end. */
final class FunctionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Stays until an instance with its ID and "-may-go" is or was there. */
    private static final String STAYS = """
            import os, time
            def main(args):
                wanted, deadline = os.environ["__OW_INSTANCE_ID"] + "-may-go\\t", time.time() + 30
                while time.time() < deadline:
                    with open(os.environ["__OW_DIRECTORY"] + "/instances") as directory:
                        if any(line.startswith(wanted) for line in directory):
                            return {}
                    time.sleep(0.02)
                return {"error": "nobody said that it may go"}
            """;

    @TempDir
    private static Path data;

    private static Standalone platform;
    private static Client client;

    @BeforeAll
    static void start() throws IOException {
        platform = new Standalone(new Settings(0, data, 1, 8_192, Map.of(), Installation.home()));
        platform.start();
        client = new Client(platform.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        platform.close();
    }

    @Test
    void returnsWhatTheFunctionReturns() {
        client.create("echo", "def main(args):\n    return args\n");

        var answer = client.call("echo", "{\"n\":12345678901234567890.123,\"text\":\"\u00fc\ud83d\ude00\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/response/status").asString()).isEqualTo("success");
        assertThat(answer.at("/response/result/text").asString()).isEqualTo("\u00fc\ud83d\ude00");
        assertThat(annotation(answer.body(), "initTime").isMissingNode()).isFalse();
    }

    @Test
    void reusesAWarmContainerThatNeverShowsItsFormerId() {
        client.create(
                "who",
                "import os\ndef main(args):\n    return {'id': os.environ['__OW_INSTANCE_ID'],"
                        + " 'epoch': os.environ['__OW_INSTANCE_EPOCH'], 'pid': os.getpid()}\n");

        var pids = new HashSet<Integer>();
        await().atMost(PATIENCE).until(() -> {
            var id = "alpha" + pids.size();
            var result = client.call("who", "{\"instanceID\":\"" + id + "\"}").at("/response/result");
            assertThat(result.path("id").asString()).isEqualTo(id);
            return !pids.add(result.path("pid").asInt());
        });
        var last = client.call("who", "{}");

        assertThat(last.at("/response/result/id").asString())
                .isEqualTo(last.at("/activationId").asString());
        awaitEnd("alpha0", "finished");
    }

    @Test
    void givesAReusedIdANewEpochAtOnce() {
        client.create("who2", "import os\ndef main(args):\n    return {'epoch': os.environ['__OW_INSTANCE_EPOCH']}\n");

        var epochs = IntStream.range(0, 20)
                .mapToObj(i -> client.call("who2", "{\"instanceID\":\"again\"}").at("/response/result/epoch"))
                .map(epoch -> Long.parseUnsignedLong(epoch.asString()))
                .toList();

        assertThat(epochs).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void refusesAnIdThatIsAliveAndTakesItOnceItIsNot() throws Exception {
        client.create("wait", STAYS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Client.Answer> first = threads.submit(() -> client.call("wait", "{\"instanceID\":\"single\"}"));
            await().atMost(PATIENCE).until(() -> isRunning("single"));

            var second = client.invoke("wait", "{\"instanceID\":\"single\"}");

            assertThat(second.status()).isEqualTo(409);
            assertThat(second.at("/error").asString()).contains("single").contains("alive");
            dismiss("single");
            assertThat(first.get().status()).isEqualTo(200);
        }
        assertThat(client.call("wait", "{\"instanceID\":\"single\"}").status()).isEqualTo(200);
    }

    @Test
    void refusesAnIdThatIsAliveAlsoToACallerWhoLeavesAtOnce() throws Exception {
        client.create("stay", STAYS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Client.Answer> first = threads.submit(() -> client.call("stay", "{\"instanceID\":\"only\"}"));
            await().atMost(PATIENCE).until(() -> isRunning("only"));

            var second = client.send("POST", "actions/stay?blocking=true&timeout=1", "{\"instanceID\":\"only\"}");

            assertThat(second.status()).isEqualTo(409);
            dismiss("only");
            assertThat(first.get().status()).isEqualTo(200);
        }
    }

    @Test
    void whoLeavesAtOnceFindsARecord() {
        client.create("quick", "def main(args):\n    return {}\n");

        var answer = client.send("POST", "actions/quick?blocking=true&timeout=1", "{}");

        assertThat(answer.status()).isEqualTo(202);
        var id = answer.at("/activationId").asString();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.get("activations/" + id)
                                .at("/activationId")
                                .asString())
                        .isEqualTo(id));
    }

    @Test
    void takesANumberForAnId() {
        client.create(
                "number",
                "import os\ndef main(args):\n    return {'id': os.environ['__OW_INSTANCE_ID'],"
                        + " 'arg': args['instanceID']}\n");

        var result = client.call("number", "{\"instanceID\":12345}").at("/response/result");

        assertThat(result.path("id").asString()).isEqualTo("12345");
        assertThat(result.path("arg").isInt()).isTrue();
        assertThat(client.invoke("number", "{\"instanceID\":1.5}").status()).isEqualTo(400);
    }

    @Test
    void tellsTheDeveloperWhatIsWrongWithTheCode() {
        client.create("broken", "def main(args):\n    return {\n");

        var answer = client.call("broken", "{}");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.at("/response/status").asString()).isEqualTo("action developer error");
        assertThat(answer.at("/response/result/error").asString()).contains("SyntaxError");
        assertThat(logs(answer)).contains("SyntaxError");
    }

    @Test
    void recordsAnExceptionAsTheActionsOwnError() {
        client.create("raises", "def main(args):\n    print('before')\n    raise ValueError('no good')\n");

        var answer = client.call("raises", "{}");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.at("/response/status").asString()).isEqualTo("application error");
        assertThat(answer.at("/response/result/error").asString()).contains("no good");
        assertThat(logs(answer)).contains("stdout: before").contains("ValueError");
    }

    @Test
    void refusesAResultOverTheLimit() {
        client.create("large", "def main(args):\n    return {'x': 'y' * (2 << 20)}\n");

        var answer = client.call("large", "{}");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.at("/response/result/error").asString()).contains("exceeded the allowed length");
        assertThat(client.call("large", "{}").status())
                .as("the container still works")
                .isEqualTo(502);
    }

    @Test
    void saysThatAFunctionExited() {
        client.create("exits", "import os\ndef main(args):\n    print('bye', flush=True)\n    os._exit(3)\n");

        var answer = client.call("exits", "{\"instanceID\":\"quitter\"}");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.at("/response/result/error").asString())
                .isEqualTo("The action did not produce a valid response and exited unexpectedly.");
        assertThat(logs(answer)).contains("bye");
        awaitEnd("quitter", "error");
    }

    @Test
    void saysThatAFunctionWasKilled() {
        client.create("dies", "import os, signal\ndef main(args):\n    os.kill(os.getpid(), signal.SIGKILL)\n");

        var answer = client.call("dies", "{\"instanceID\":\"victim\"}");

        assertThat(answer.status()).isEqualTo(502);
        awaitEnd("victim", "killed");
        assertThat(client.call("dies", "{\"instanceID\":\"victim\"}").status()).isEqualTo(502);
    }

    @Test
    void endsAFunctionThatIgnoresItsDeadline() {
        client.create(
                "endless",
                "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef main(args):\n    while True: pass\n",
                Client.JSON.createObjectNode().put("timeout", 500));

        var answer = client.call("endless", "{\"instanceID\":\"late\"}");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.at("/response/result/error").asString())
                .isEqualTo("The action exceeded its time limits of 500 milliseconds.");
        assertThat(annotation(answer.body(), "timeout").asBoolean()).isTrue();
        awaitEnd("late", "timeout");
    }

    @Test
    void endsAnInitThatDoesNotEnd() {
        client.create(
                "slowinit",
                "import time\ntime.sleep(60)\n",
                Client.JSON.createObjectNode().put("timeout", 300));

        assertThat(client.call("slowinit", "{}").at("/response/result/error").asString())
                .isEqualTo("The action exceeded its time limits of 300 milliseconds during initialization.");
    }

    @Test
    void cutsTheLogsOfAFunctionThatPrintsWithoutEnd() {
        client.create(
                "prints",
                "def main(args):\n    for i in range(40000): print('x' * 100)\n    return {}\n",
                Client.JSON.createObjectNode().put("logs", 1));

        var answer = client.call("prints", "{}");
        var logs = logs(answer);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(logs.length()).isBetween(1_000_000, 2_000_000);
        assertThat(logs)
                .contains("Logs were truncated because the total bytes size exceeds the limit of 1048576 bytes.");
    }

    @Test
    void answers202WhenTheResultIsLateAndRecordsItLater() {
        client.create("late", "import time\ndef main(args):\n    time.sleep(1)\n    return {'late': True}\n");

        var answer = client.send("POST", "actions/late?blocking=true&timeout=100", "{}");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(record(answer).at("/response/result/late").asBoolean()).isTrue();
    }

    @Test
    void recordsAnAsynchronousActivationOnce() {
        client.create("async", "def main(args):\n    return {'i': args['i']}\n");

        var ids = IntStream.range(0, 50)
                .mapToObj(i -> client.invoke("async", "{\"i\":" + i + "}"))
                .peek(answer -> assertThat(answer.status()).isEqualTo(202))
                .toList();

        for (var i = 0; i < ids.size(); i++) {
            assertThat(record(ids.get(i)).at("/response/result/i").asInt()).isEqualTo(i);
        }
        assertThat(client.get("activations?name=async&count=true")
                        .at("/activations")
                        .asInt())
                .isEqualTo(50);
    }

    @Test
    void leavesNoListenerOfAFormerActivationInAWarmContainer() {
        client.create("listens", """
                import os, socket
                kept = []
                def main(args):
                    if args.get('listen'):
                        s = socket.socket(); s.bind((os.environ['__OW_INSTANCE_ADDRESS'], 7777)); s.listen()
                        kept.append(s)
                        return {'pid': os.getpid()}
                    try:
                        socket.create_connection((os.environ['__OW_INSTANCE_ADDRESS'], 7777), 1)
                        return {'pid': os.getpid(), 'answered': True}
                    except ConnectionRefusedError:
                        return {'pid': os.getpid(), 'answered': False}
                """);

        var listened = new HashSet<Integer>();
        var checked = new AtomicReference<JsonNode>();
        await().atMost(PATIENCE).until(() -> {
            listened.add(client.call("listens", "{\"listen\":true}")
                    .at("/response/result/pid")
                    .asInt());
            checked.set(client.call("listens", "{}").at("/response/result"));
            return listened.contains(checked.get().path("pid").asInt());
        });

        assertThat(checked.get().path("answered").asBoolean(true)).isFalse();
    }

    @Test
    void streamsEachChangeOfAnInstanceToWhoWatches() throws Exception {
        client.create("seen", "import time\ndef main(args):\n    time.sleep(0.1)\n    return {}\n");
        try (var watch = client.watch()) {
            client.call("seen", "{\"instanceID\":\"watched\"}");
            var states = new ArrayList<String>();
            while (!states.contains("gone")) {
                var entry = watch.next();
                if (entry.path("instanceID").asString().equals("watched")) {
                    states.add(entry.path("state").asString());
                }
            }
            assertThat(states).contains("running").endsWith("gone");
        }
    }

    private static void dismiss(String id) {
        client.create("dismiss", "def main(args):\n    return {}\n");
        assertThat(client.call("dismiss", "{\"instanceID\":\"" + id + "-may-go\"}")
                        .status())
                .isEqualTo(200);
    }

    /** The answer and the directory's change travel on topics of their own, so either may come first. */
    private static void awaitEnd(String id, String how) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            var entry = client.get("instances/" + id);
            assertThat(entry.at("/state").asString()).isEqualTo("gone");
            assertThat(entry.at("/how").asString()).isEqualTo(how);
        });
    }

    private static boolean isRunning(String id) {
        return client.get("instances/" + id).at("/state").asString().equals("running");
    }

    private static Client.Answer record(Client.Answer accepted) {
        var id = accepted.at("/activationId").asString();
        await().atMost(PATIENCE).until(() -> client.get("activations/" + id).status() == 200);
        return client.get("activations/" + id);
    }

    private static String logs(Client.Answer answer) {
        return record(answer).at("/logs").valueStream().map(JsonNode::asString).reduce("", (a, b) -> a + b + "\n");
    }

    private static JsonNode annotation(JsonNode record, String key) {
        return record.path("annotations")
                .valueStream()
                .filter(one -> one.path("key").asString().equals(key))
                .findFirst()
                .map(one -> one.path("value"))
                .orElseGet(() -> record.path("absent"));
    }
}
