package pikachu.server.api;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.names.ActivationId;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Json;
import tools.jackson.core.JsonGenerator;

/** One request and its answer, on the connection's thread. */
final class Exchange {
    static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-ID");

    private static final HeaderName ACTIVATION_ID = HeaderNames.create("x-openwhisk-activation-id");
    private static final Header TEXT = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain; charset=UTF-8");
    private static final Header ANY_ORIGIN = HeaderValues.createCached("Access-Control-Allow-Origin", "*");
    private static final Header CORS_HEADERS = HeaderValues.createCached(
            "Access-Control-Allow-Headers",
            "Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent");
    private static final Header API_METHODS =
            HeaderValues.createCached("Access-Control-Allow-Methods", "GET, DELETE, POST, PUT, HEAD");
    private static final Header SERVER_METHODS =
            HeaderValues.createCached("Access-Control-Allow-Methods", "OPTIONS, GET, POST");
    private static final Header CHALLENGE = HeaderValues.createCached(
            HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"OpenWhisk secure realm\",charset=UTF-8");
    private static final Header ALLOW_OPTIONS = HeaderValues.createCached(HeaderNames.ALLOW, "OPTIONS");

    private final ServerRequest request;
    private final ServerResponse response;
    private final Bodies bodies;
    private final Deadlines deadlines;
    private final String transaction;
    private Header methods = API_METHODS;

    Exchange(ServerRequest request, ServerResponse response, Bodies bodies, Deadlines deadlines) {
        this.request = request;
        this.response = response;
        this.bodies = bodies;
        this.deadlines = deadlines;
        this.transaction = Transactions.of(request.headers());
        if (!request.content().hasEntity()) {
            deadlines.end();
        }
    }

    String transaction() {
        return transaction;
    }

    Method method() {
        return request.prologue().method();
    }

    boolean isA(Method method) {
        return request.prologue().method().equals(method);
    }

    /** The path's segments, decoded; a slash at the end gives an empty last one. */
    List<String> segments() {
        var raw = request.prologue().uriPath().rawPath();
        var segments = new ArrayList<String>(8);
        int from = 1;
        while (from <= raw.length()) {
            int slash = raw.indexOf('/', from);
            int to = slash < 0 ? raw.length() : slash;
            segments.add(decoded(raw.substring(from, to)));
            from = to + 1;
        }
        return segments;
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refused.rejected(
                    400, "The request's path is malformed: a percent sign needs two hexadecimal digits.");
        }
    }

    Query query() {
        return new Query(request.prologue().query().rawValue());
    }

    Optional<String> authorization() {
        return request.headers().first(HeaderNames.AUTHORIZATION);
    }

    /** The body, to be closed when it is no longer needed. */
    Bodies.Held body(long allowed) {
        var held = bodies.read(request, allowed);
        deadlines.end();
        return held;
    }

    /** A share of the memory for large values; to be given back by running what is returned. */
    Runnable reserve(long bytes) {
        return bodies.reserve(bytes);
    }

    /** Answers as server-level routes do, whose CORS headers name other methods. */
    void serverLevel() {
        methods = SERVER_METHODS;
    }

    void json(int status, byte[] body) {
        cors();
        send(status, HeaderValues.CONTENT_TYPE_JSON, body);
    }

    void json(int status, byte[] body, ActivationId activation) {
        response.header(HeaderValues.create(ACTIVATION_ID, activation.value()));
        json(status, body);
    }

    void text(int status, String body) {
        cors();
        send(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
    }

    void refuse(Refused why) {
        if (!why.isRejection()) {
            cors();
        }
        if (why.status() == 401) {
            response.header(CHALLENGE);
        } else if (why.status() == 405) {
            response.header(ALLOW_OPTIONS);
        }
        send(why.status(), HeaderValues.CONTENT_TYPE_JSON, error(transaction, why.text()));
    }

    static byte[] error(String transaction, String text) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringProperty("code", transaction);
            out.writeStringProperty("error", text);
            out.writeEndObject();
        });
    }

    /** Answers 200 with JSON that is written piece by piece and never held whole. */
    void jsonStream(Consumer<JsonGenerator> content) {
        var out = stream(HeaderValues.CONTENT_TYPE_JSON);
        deadlines.begin();
        Json.write(out, content);
        deadlines.end();
    }

    /** Begins an answer of unknown length; the client's slowness is then the stream's own affair. */
    java.io.OutputStream stream(Header contentType) {
        cors();
        deadlines.end();
        response.header(HeaderValues.create(REQUEST_ID, transaction));
        response.header(contentType);
        response.header(HeaderValues.CACHE_NO_CACHE);
        return response.outputStream();
    }

    boolean isSent() {
        return response.isSent();
    }

    private void cors() {
        response.header(ANY_ORIGIN);
        response.header(CORS_HEADERS);
        response.header(methods);
    }

    private void send(int status, Header contentType, byte[] body) {
        response.status(Status.create(status));
        response.header(HeaderValues.create(REQUEST_ID, transaction));
        deadlines.begin();
        if (isA(Method.HEAD)) {
            response.send();
        } else {
            response.header(contentType);
            response.send(body);
        }
        // an unread rest of the body is drained by the server, under the same deadline
        if (request.content().consumed() || !request.content().hasEntity()) {
            deadlines.end();
        }
    }
}
