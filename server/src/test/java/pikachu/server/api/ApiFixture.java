package pikachu.server.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.controller.Subjects;

/** A server on a free port over a store in memory and scripted invocations, with a clock that tests drive. */
final class ApiFixture implements AutoCloseable, InstantSource {
    static final NamespaceName GUEST = new NamespaceName("guest");
    static final String AUTHORIZATION = basic(ApiTryout.KEY);
    static final String OTHER_KEY = "aaaaaaaa-71f6-4ed5-8c54-816aa4f8c502:other-secret-of-64-characters";
    static final String PYTHON = "{\"exec\":{\"kind\":\"python:3\",\"code\":\"def main(a): return a\"}}";

    final SwitchedStore store = new SwitchedStore();
    final ScriptedInvocations invocations = new ScriptedInvocations();
    final AtomicLong now = new AtomicLong(1_795_407_360_000L);
    final ApiServer server;

    ApiFixture(PlatformLimits limits) {
        this(ApiConfig.local(0, ApiTryout.KINDS).with(limits));
    }

    ApiFixture(ApiConfig config) {
        var subjects = new Subjects(store);
        subjects.ensure(Subjects.identity("guest", GUEST, ApiTryout.KEY), 0);
        subjects.ensure(Subjects.identity("other", new NamespaceName("other"), OTHER_KEY), 0);
        server = new ApiServer(config, store, invocations, this);
        server.start();
    }

    static ApiFixture standalone() {
        return new ApiFixture(PlatformLimits.standalone());
    }

    static ApiFixture impatient(Duration request, Duration keepAlive) {
        return new ApiFixture(ApiConfig.local(0, ApiTryout.KINDS).withTimes(request, keepAlive));
    }

    static String basic(String key) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }

    RawHttp.Reply get(String path) {
        return call("GET", path, List.of(AUTHORIZATION), "");
    }

    RawHttp.Reply delete(String path) {
        return call("DELETE", path, List.of(AUTHORIZATION), "");
    }

    RawHttp.Reply put(String path, String body) {
        return call("PUT", path, List.of(AUTHORIZATION, "Content-Type: application/json"), body);
    }

    RawHttp.Reply post(String path, String body) {
        return call("POST", path, List.of(AUTHORIZATION, "Content-Type: application/json"), body);
    }

    RawHttp.Reply call(String method, String path, List<String> headers, String body) {
        return call(method, path, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** On a connection of its own. */
    RawHttp.Reply call(String method, String path, List<String> headers, byte[] body) {
        var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        headers.forEach(header -> text.append(header).append("\r\n"));
        if (body.length > 0) {
            text.append("Content-Length: ").append(body.length).append("\r\n");
        }
        text.append("\r\n");
        var all = new ByteArrayOutputStream();
        all.writeBytes(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        try (var http = new RawHttp(server.port())) {
            http.send(all.toByteArray());
            return http.reply(!method.equals("HEAD"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(method + " " + path, e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
