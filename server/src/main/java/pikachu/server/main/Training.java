package pikachu.server.main;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.BiFunction;

/** A short life of the platform, from which the JVM learns what to load at once the next time. */
final class Training {
    private static final int ROUNDS = 200;

    private Training() {}

    static int run(BiFunction<Integer, Optional<Path>, Settings> settings) throws IOException {
        var data = Files.createTempDirectory("pikachu-train");
        try (var platform = new Standalone(settings.apply(0, Optional.of(data)));
                var client = HttpClient.newHttpClient()) {
            platform.start();
            platform.introduction();
            exercise(client, platform.address() + "/api/v1/namespaces/_/");
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            remove(data);
        }
    }

    private static void exercise(HttpClient client, String base) throws IOException, InterruptedException {
        var code = "def main(args):\\n    return args";
        send(
                client,
                base + "actions/train",
                "PUT",
                "{\"exec\":{\"kind\":\"python:default\",\"code\":\"" + code + "\"}}");
        for (var i = 0; i < ROUNDS; i++) {
            send(client, base + "actions/train?blocking=true", "POST", "{\"a\":1,\"instanceID\":\"train\"}");
        }
        send(client, base + "actions/train", "POST", "{}");
        send(client, base + "actions", "GET", "");
        send(client, base + "activations?limit=5", "GET", "");
        send(client, base + "instances", "GET", "");
    }

    private static void send(HttpClient client, String uri, String method, String body)
            throws IOException, InterruptedException {
        var key = Base64.getEncoder().encodeToString(Guest.KEY.getBytes(StandardCharsets.US_ASCII));
        var request = HttpRequest.newBuilder(URI.create(uri))
                .header("Authorization", "Basic " + key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 400) {
            throw new IOException(method + " " + uri + " answered " + answer.statusCode() + " " + answer.body());
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
