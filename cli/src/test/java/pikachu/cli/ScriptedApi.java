package pikachu.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers what the test told it to, and remembers what it was asked. */
final class ScriptedApi implements AutoCloseable {
    record Reply(int status, String type, String body, String activation) {}

    record Request(String line, String authorization, String body) {}

    private final HttpServer server;
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    ScriptedApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    /** @param line like {@code GET /api/v1/namespaces} */
    ScriptedApi on(String line, int status, String body) {
        replies.put(line, new Reply(status, "application/json", body, ""));
        return this;
    }

    ScriptedApi onActivation(String line, int status, String activation, String body) {
        replies.put(line, new Reply(status, "application/json", body, activation));
        return this;
    }

    ScriptedApi onEvents(String line, String body) {
        replies.put(line, new Reply(200, "text/event-stream", body, ""));
        return this;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var line =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().toString();
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(new Request(line, exchange.getRequestHeaders().getFirst("Authorization"), body));
            var reply = replies.getOrDefault(line, new Reply(418, "text/plain", "not scripted: " + line, ""));
            exchange.getResponseHeaders().set("Content-Type", reply.type);
            if (!reply.activation.isEmpty()) {
                exchange.getResponseHeaders().set("x-openwhisk-activation-id", reply.activation);
            }
            var bytes = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, there were " + requests);
        }
        return requests.getFirst();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
