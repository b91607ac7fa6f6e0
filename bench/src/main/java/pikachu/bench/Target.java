package pikachu.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import pikachu.cli.client.Answer;
import pikachu.cli.client.ApiClient;
import pikachu.cli.client.Call;
import pikachu.cli.client.Json;
import pikachu.cli.platform.PrivatePlatform;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The platform that is measured, with the few requests that all parts need. */
record Target(PrivatePlatform platform, ApiClient api) {
    private static final String ROOT = "/namespaces/_";

    static Target of(PrivatePlatform platform) {
        return new Target(platform, new ApiClient(platform.connection()));
    }

    URI base() {
        return platform.connection().base();
    }

    /** The bytes of a blocking invocation that asks for the result. */
    byte[] invocation(String action) {
        var connection = platform.connection();
        var path = connection.api(ROOT + "/actions/" + action).getRawPath() + "?blocking=true&result=true";
        return KeepAlive.post(base(), path, connection.authorization(), "{}");
    }

    void create(String name, String code) {
        var body = Json.object();
        body.putObject("exec").put("kind", "python:default").put("code", code);
        body.putObject("limits").put("timeout", 300_000);
        api.body(Call.put(ROOT + "/actions/" + name + "?overwrite=true", body, "create action '" + name + "'"));
    }

    void delete(String name) {
        api.body(Call.delete(ROOT + "/actions/" + name, "delete action '" + name + "'"));
    }

    Answer invoke(String action, ObjectNode arguments, boolean blocking) {
        var query = "?blocking=" + blocking + "&result=false";
        return api.exchange(invocation(action, arguments, query));
    }

    /** Starts it and does not wait; returns the activation's ID. */
    String start(String action, ObjectNode arguments) {
        return api.body(invocation(action, arguments, "?blocking=false&result=false"))
                .path("activationId")
                .asString("");
    }

    private static Call invocation(String action, ObjectNode arguments, String query) {
        return Call.post(ROOT + "/actions/" + action + query, arguments, "invoke action '" + action + "'");
    }

    Optional<JsonNode> instance(String id) {
        return found(Call.get(ROOT + "/instances/" + id, "get instance '" + id + "'"));
    }

    Optional<JsonNode> record(String activation) {
        return found(Call.get(ROOT + "/activations/" + activation, "get activation '" + activation + "'"));
    }

    private Optional<JsonNode> found(Call call) {
        var answer = api.exchange(call);
        if (answer.isSuccess()) {
            return Optional.of(answer.body());
        }
        if (answer.status() == 404) {
            return Optional.empty();
        }
        throw answer.failure(call);
    }

    /** Asks again until there is an answer. */
    static <T> T await(String what, Duration patience, Supplier<Optional<T>> question) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            var answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(what + " did not come within " + patience.toSeconds() + " s.");
            }
            pause(Duration.ofMillis(20));
        }
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting.", e);
        }
    }

    static String code(String name) {
        try (var in = Target.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The benchmark's jar lacks " + name + ".");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " in the benchmark's jar.", e);
        }
    }
}
