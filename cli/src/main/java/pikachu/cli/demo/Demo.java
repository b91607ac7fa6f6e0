package pikachu.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import pikachu.cli.client.ApiClient;
import pikachu.cli.client.Call;
import pikachu.cli.client.Json;
import pikachu.cli.platform.Home;
import pikachu.cli.platform.PrivatePlatform;
import tools.jackson.databind.JsonNode;

/** One run on a platform that is there: creates both actions, invokes them, waits for both records, tells the story. */
final class Demo {
    private static final int LIMIT_MS = 300_000;
    private static final Duration PATIENCE = Duration.ofMillis(LIMIT_MS).plusSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final String ROOT = "/namespaces/_";

    private final Home home;
    private final PrivatePlatform platform;
    private final ApiClient api;
    private final PrintStream out;
    private final Timeline timeline = new Timeline();
    private final Set<String> listed = new HashSet<>();

    Demo(Home home, PrivatePlatform platform, PrintStream out) {
        this.home = home;
        this.platform = platform;
        this.api = new ApiClient(platform.connection());
        this.out = out;
    }

    Outcome run(SharedFile file) {
        create("server");
        create("client");
        var server = invoke("server", Outcome.SERVER);
        var client = invoke("client", Outcome.CLIENT);
        var outcome = await(file, server, client);
        tell(outcome);
        return outcome;
    }

    private void create(String name) {
        var source = home.example("demo/" + name + ".py");
        var body = Json.object();
        try {
            body.putObject("exec").put("kind", "python:default").put("code", Files.readString(source));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + source + ", which belongs to Pikachu.", e);
        }
        body.putObject("limits").put("timeout", LIMIT_MS);
        api.body(Call.put(ROOT + "/actions/" + name + "?overwrite=true", body, "create action '" + name + "'"));
    }

    private String invoke(String action, String instance) {
        timeline.now(instance + " invoked (action " + action + ")");
        var path = ROOT + "/actions/" + action + "?blocking=false&result=false";
        var answer =
                api.body(Call.post(path, Json.object().put("instanceID", instance), "invoke action '" + action + "'"));
        return answer.path("activationId").asString("");
    }

    private Outcome await(SharedFile file, String server, String client) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var records = List.of(Optional.<JsonNode>empty(), Optional.<JsonNode>empty());
        while (true) {
            api.body(Call.get(ROOT + "/instances", "obtain the list of instances"))
                    .forEach(entry -> listed.add(entry.path("instanceID").asString("")));
            records = List.of(
                    records.get(0).or(() -> record(server)), records.get(1).or(() -> record(client)));
            if (records.stream().allMatch(Optional::isPresent)) {
                return new Outcome(file, records.get(0).get(), records.get(1).get(), listed);
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "The instances had not ended after " + PATIENCE.toSeconds() + " s. " + platform.lastLines());
            }
            pause();
        }
    }

    /** The activation's record, once it has ended. */
    private Optional<JsonNode> record(String activation) {
        var call = Call.get(ROOT + "/activations/" + activation, "get activation '" + activation + "'");
        var answer = api.exchange(call);
        if (answer.isSuccess()) {
            return Optional.of(answer.body());
        }
        if (answer.status() == 404) {
            return Optional.empty();
        }
        throw answer.failure(call);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the instances to end.", e);
        }
    }

    private void tell(Outcome outcome) {
        var server = outcome.served();
        var client = outcome.sent();
        timeline.at(server.path("started"), "myname0 running");
        timeline.at(server.path("listening"), "myname0 listens");
        timeline.at(client.path("started"), "myname1 running");
        timeline.at(client.path("found"), "myname0 visible to myname1 in its directory file");
        timeline.at(client.path("connected"), "myname1 connected to myname0, directly");
        timeline.at(server.path("received"), "all received" + rate(outcome));
        out.println();
        timeline.lines().forEach(out::println);
        for (var record : List.of(outcome.server(), outcome.client())) {
            out.println();
            out.println("record of " + record.path("name").asString("?"));
            out.println(Json.pretty(record));
        }
        out.println();
    }

    private static String rate(Outcome outcome) {
        var seconds = outcome.served().path("seconds").asDouble(0);
        return seconds <= 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %.0f MB/s, hashing included",
                        outcome.file().size() / seconds / 1e6);
    }
}
