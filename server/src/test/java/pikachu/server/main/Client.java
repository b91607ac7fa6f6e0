package pikachu.server.main;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to a platform's API as the guest or somebody else, for tests. */
final class Client implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final String base;
    private final String key;

    Client(String address) {
        this(address, Guest.KEY);
    }

    Client(String address, String key) {
        this.base = address + "/api/v1/namespaces/_/";
        this.key = "Basic " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.US_ASCII));
    }

    /** @param status 0 when nobody answered */
    record Answer(int status, JsonNode body) {
        JsonNode at(String pointer) {
            return body.at(pointer);
        }
    }

    Answer create(String name, String python) {
        return create(name, python, JSON.createObjectNode());
    }

    Answer create(String name, String python, JsonNode limits) {
        var body = JSON.createObjectNode();
        body.putObject("exec").put("kind", "python:default").put("code", python);
        body.set("limits", limits);
        return send("PUT", "actions/" + name + "?overwrite=true", body.toString());
    }

    /** Waits for the record. */
    Answer call(String name, String arguments) {
        return send("POST", "actions/" + name + "?blocking=true", arguments);
    }

    /** Does not wait. */
    Answer invoke(String name, String arguments) {
        return send("POST", "actions/" + name, arguments);
    }

    Answer get(String path) {
        return send("GET", path, "");
    }

    /** Opens the stream of instances and their changes. */
    Watch watch() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + "instances?watch=true"))
                .header("Authorization", key)
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(20))
                .build();
        return new Watch(http.send(request, HttpResponse.BodyHandlers.ofLines()).body());
    }

    /** Server-sent events, each an entry. */
    record Watch(Stream<String> lines, Iterator<String> iterator) implements AutoCloseable {
        Watch(Stream<String> lines) {
            this(lines, lines.iterator());
        }

        /** The test's own time limit ends the wait. */
        JsonNode next() {
            var line = iterator.next();
            while (!line.startsWith("data:")) {
                line = iterator.next();
            }
            return JSON.readTree(line.substring("data:".length()));
        }

        @Override
        public void close() {
            lines.close();
        }
    }

    Answer send(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .header("Authorization", key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(70))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
        } catch (IOException e) {
            return new Answer(0, JSON.createObjectNode().put("error", String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
