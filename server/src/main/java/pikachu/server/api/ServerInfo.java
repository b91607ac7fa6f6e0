package pikachu.server.api;

import io.helidon.http.Method;
import java.util.List;
import pikachu.server.controller.Invocations;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.controller.Refused;
import pikachu.server.entities.Json;
import tools.jackson.core.JsonGenerator;

/** What can be asked without a key: that we are here, what we offer, and how the invokers do. */
final class ServerInfo {
    private static final String UP = "up";

    private final ApiConfig config;
    private final Invocations invocations;
    private final byte[] root;

    ServerInfo(ApiConfig config, Invocations invocations) {
        this.config = config;
        this.invocations = invocations;
        this.root = Json.write(this::writeRoot);
    }

    void answer(Exchange exchange, List<String> path) {
        if (!exchange.isA(Method.GET)) {
            throw notHere();
        }
        switch (String.join("/", path)) {
            case "" -> exchange.json(200, root);
            case "ping" -> exchange.text(200, "pong");
            case "invokers" -> invokers(exchange);
            case "invokers/healthy/count" -> exchange.json(200, Json.write(out -> out.writeNumber(healthy())));
            case "invokers/ready" -> ready(exchange);
            case "activation" -> inFlight(exchange);
            case "activation/count" ->
                exchange.json(
                        200,
                        Json.write(out -> out.writeNumber(invocations.inFlight().size())));
            default -> throw notHere();
        }
    }

    void api(Exchange exchange) {
        exchange.json(200, Json.write(out -> {
            out.writeStartObject();
            out.writeStringProperty("description", "OpenWhisk API");
            out.writeStringProperty("api_version", "1.0.0");
            out.writeStringProperty("api_version_path", "v1");
            out.writeStringProperty("build", config.build());
            out.writeStringProperty("buildno", config.build());
            out.writeName("swagger_paths");
            out.writeStartObject();
            out.writeStringProperty("ui", "/docs");
            out.writeStringProperty("api-docs", "/api-docs");
            out.writeEndObject();
            out.writeEndObject();
        }));
    }

    private static Refused notHere() {
        return Refused.rejected(405, "HTTP method not allowed, supported methods: OPTIONS");
    }

    private void invokers(Exchange exchange) {
        exchange.json(200, Json.write(out -> {
            out.writeStartObject();
            invocations.invokers().forEach(out::writeStringProperty);
            out.writeEndObject();
        }));
    }

    private long healthy() {
        return invocations.invokers().values().stream().filter(UP::equals).count();
    }

    private void ready(Exchange exchange) {
        int all = invocations.invokers().size();
        long up = healthy();
        boolean isReady = all > 0 && up == all;
        exchange.json(isReady ? 200 : 500, Json.write(out -> {
            out.writeStartObject();
            out.writeStringProperty(isReady ? "healthy" : "unhealthy", (isReady ? up : all - up) + "/" + all);
            out.writeEndObject();
        }));
    }

    private void inFlight(Exchange exchange) {
        exchange.json(200, Json.write(out -> {
            out.writeStartArray();
            invocations.inFlight().forEach((id, action) -> {
                out.writeStartArray();
                out.writeString(id.value());
                out.writeString(action);
                out.writeEndArray();
            });
            out.writeEndArray();
        }));
    }

    private void writeRoot(JsonGenerator out) {
        out.writeStartObject();
        out.writeStringProperty("description", "OpenWhisk");
        out.writeName("support");
        out.writeStartObject();
        out.writeStringProperty("github", "https://github.com/apache/openwhisk/issues");
        out.writeStringProperty("slack", "http://slack.openwhisk.org");
        out.writeEndObject();
        out.writeName("api_paths");
        out.writeStartArray();
        out.writeString("/api/v1");
        out.writeEndArray();
        out.writeName("limits");
        writeLimits(out, config.limits());
        out.writeName("runtimes");
        config.kinds().writeManifest(out);
        out.writeEndObject();
    }

    /** Memory and logs in bytes here, unlike anywhere else. */
    private static void writeLimits(JsonGenerator out, PlatformLimits limits) {
        out.writeStartObject();
        out.writeNumberProperty("actions_per_minute", limits.invocationsPerMinute());
        out.writeNumberProperty("triggers_per_minute", limits.invocationsPerMinute());
        out.writeNumberProperty("concurrent_actions", limits.concurrentInvocations());
        out.writeNumberProperty("sequence_length", PlatformLimits.SEQUENCE_LENGTH);
        writeRange(out, "duration", limits.timeoutMs(), 1);
        writeRange(out, "memory", limits.memoryMb(), 1 << 20);
        writeRange(out, "logs", limits.logsMb(), 1 << 20);
        out.writeEndObject();
    }

    private static void writeRange(JsonGenerator out, String what, PlatformLimits.Range range, long unit) {
        for (var prefix : List.of("", "default_")) {
            out.writeNumberProperty(prefix + "min_action_" + what, range.min() * unit);
            out.writeNumberProperty(prefix + "max_action_" + what, range.max() * unit);
        }
    }
}
