package pikachu.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Speaks to one platform, one request at a time. It stands on HttpURLConnection because a command is a JVM of its own: a
 * first request takes 45 ms with it and 390 ms with java.net.http, which loads a selector, a pool and HTTP/2.
 */
public final class ApiClient {
    private static final int CONNECT_MS = 10_000;
    private static final String ACTIVATION_HEADER = "x-openwhisk-activation-id";

    static {
        // without this a POST whose connection breaks is sent once more, and the action would run twice
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final Connection connection;
    private final Consumer<String> trace;

    /** @param trace is told each request and answer, for {@code --verbose} */
    public ApiClient(Connection connection, Consumer<String> trace) {
        this.connection = connection;
        this.trace = trace;
    }

    public ApiClient(Connection connection) {
        this(connection, line -> {});
    }

    public Connection connection() {
        return connection;
    }

    /** The answer's body, or an {@link ApiFailure}. */
    public JsonNode body(Call call) {
        var answer = exchange(call);
        if (!answer.isSuccess()) {
            throw answer.failure(call);
        }
        return answer.body();
    }

    /** The answer whatever its status. */
    public Answer exchange(Call call) {
        try {
            var http = open(call);
            var status = http.getResponseCode();
            var text = new String(bytes(http, status), StandardCharsets.UTF_8);
            trace.accept("RESPONSE: " + status + " " + text);
            return new Answer(status, parse(text), Optional.ofNullable(http.getHeaderField(ACTIVATION_HEADER)));
        } catch (IOException e) {
            throw unreachable(call, e);
        }
    }

    /** Reads server-sent events until the reader has had enough; the platform never ends the stream by itself. */
    public void events(Call call, Predicate<JsonNode> wantsMore) {
        try {
            var http = open(call);
            http.setReadTimeout(0);
            var status = http.getResponseCode();
            if (status != 200) {
                var text = new String(bytes(http, status), StandardCharsets.UTF_8);
                throw ApiFailure.of(call, new Answer(status, parse(text), Optional.empty()));
            }
            try (var lines = new BufferedReader(new InputStreamReader(http.getInputStream(), StandardCharsets.UTF_8))) {
                if (new EventReader(lines).read(data -> wantsMore.test(parse(data)))) {
                    return;
                }
            } finally {
                http.disconnect();
            }
            throw new IOException("the stream of events ended");
        } catch (IOException e) {
            throw unreachable(call, e);
        }
    }

    private HttpURLConnection open(Call call) throws IOException {
        var uri = connection.api(call.path());
        trace.accept("REQUEST: " + call.method() + " " + uri);
        var http = (HttpURLConnection) uri.toURL().openConnection();
        if (connection.insecure() && http instanceof HttpsURLConnection https) {
            Unchecked.certificates(https);
        }
        http.setRequestMethod(call.method());
        http.setConnectTimeout(CONNECT_MS);
        http.setReadTimeout((int) call.patience().toMillis());
        http.setInstanceFollowRedirects(false);
        http.setUseCaches(false);
        http.setRequestProperty("Authorization", connection.authorization());
        http.setRequestProperty("Accept", "application/json, text/event-stream;q=0.9");
        http.setRequestProperty("User-Agent", "Pikachu-CLI/1.0");
        if (call.body().isPresent()) {
            send(http, Json.compact(call.body().get()));
        }
        return http;
    }

    private static void send(HttpURLConnection http, byte[] body) throws IOException {
        http.setDoOutput(true);
        http.setRequestProperty("Content-Type", "application/json");
        try (var out = http.getOutputStream()) {
            out.write(body);
        }
    }

    private static byte[] bytes(HttpURLConnection http, int status) throws IOException {
        try (InputStream in = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            // an error without a body has no stream
            return in == null ? new byte[0] : in.readAllBytes();
        }
    }

    private static JsonNode parse(String text) {
        if (text.isBlank()) {
            return Json.object();
        }
        try {
            return Json.parse(text);
        } catch (JacksonException e) {
            return StringNode.valueOf(text);
        }
    }

    private Unreachable unreachable(Call call, IOException e) {
        var where = connection.base();
        return new Unreachable(
                switch (e) {
                    case ConnectException refused -> "Nothing answers at " + where + ". Start it with: pikachu up";
                    case UnknownHostException unknown ->
                        "There is no host of the name " + where.getHost()
                                + ". Set another with: pikachu property set --apihost HOST";
                    case SocketTimeoutException late ->
                        "No answer from " + where + " within " + call.patience().toSeconds() + " s. Is it overloaded?";
                    case SSLException tls ->
                        "No secure connection to " + where + ": " + tls.getMessage()
                                + ". Use -i to go on without checking its certificate, or an http:// address.";
                    default -> "The connection to " + where + " broke: " + e.getMessage() + ".";
                },
                e);
    }
}
