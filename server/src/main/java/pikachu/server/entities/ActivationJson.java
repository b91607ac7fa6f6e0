package pikachu.server.entities;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;
import tools.jackson.core.JsonGenerator;

/**
 * Activation records as JSON. The stored form carries {@code response.statusCode}; the outward form says it in words. The
 * result's bytes are copied, never parsed again.
 */
public final class ActivationJson {
    private static final Set<String> NOT_LISTED = Set.of("logs", "response", "subject");

    private ActivationJson() {}

    /** The record to be kept: labelled with the action's name, at the time it started. */
    public static NewDocument stored(ActivationRecord record) {
        var activation = record.activation();
        return new NewDocument(
                key(activation.caller().namespace(), activation.id()),
                record.startMs(),
                activation.action().name().name().value(),
                Json.write(expected(record), out -> record(out, record, record.logs(), true)));
    }

    public static DocumentKey key(NamespaceName namespace, ActivationId id) {
        return new DocumentKey(Collection.ACTIVATIONS, namespace, id.value());
    }

    /** The record as the API answers a blocking invocation: without logs. */
    public static byte[] answer(ActivationRecord record) {
        return Json.write(expected(record), out -> record(out, record, List.of(), false));
    }

    /** A stored record as the API shows it. */
    public static byte[] outward(byte[] stored) {
        return Json.write(stored.length + 64, out -> outward(out, stored));
    }

    public static void outward(JsonGenerator out, byte[] stored) {
        var record = JsonObject.parse(stored);
        out.writeStartObject();
        for (var name : record.names()) {
            if (!name.equals("response")) {
                Json.raw(out, name, member(record, name));
            }
        }
        out.writeName("response");
        response(out, response(record));
        out.writeEndObject();
    }

    /** An element of a listing. */
    public static void listItem(JsonGenerator out, byte[] stored) {
        var record = JsonObject.parse(stored);
        out.writeStartObject();
        for (var name : record.names()) {
            if (!NOT_LISTED.contains(name)) {
                Json.raw(out, name, member(record, name));
            }
        }
        out.writeNumberProperty("statusCode", status(response(record)).code());
        out.writeEndObject();
    }

    /** {@code {"result", "status", "success", "size"}} of a stored record. */
    public static byte[] result(byte[] stored) {
        return Json.write(stored.length, out -> response(out, response(JsonObject.parse(stored))));
    }

    /** {@code {"logs": [...]}} of a stored record. */
    public static byte[] logs(byte[] stored) {
        return Json.write(stored.length, out -> {
            out.writeStartObject();
            Json.raw(out, "logs", member(JsonObject.parse(stored), "logs"));
            out.writeEndObject();
        });
    }

    /** Reads a stored record of an activation that the caller knows. */
    public static ActivationRecord read(Activation activation, byte[] stored) {
        var record = JsonObject.parse(stored);
        var response = response(record);
        var annotations = KeyValues.read(record, "annotations").orElse(KeyValues.NONE);
        long start = number(record, "start");
        return new ActivationRecord(
                activation,
                start,
                record.number("end").map(Long::parseLong).orElse(0L),
                status(response),
                member(response, "result"),
                (int) (long) response.number("size").map(Long::parseLong).orElse(0L),
                record.elements("logs").orElseThrow(ActivationJson::corrupt).stream()
                        .map(JsonText::utf8)
                        .map(quoted -> new String(
                                JsonString.unquoted(quoted, 1, quoted.length - 1),
                                java.nio.charset.StandardCharsets.UTF_8))
                        .toList(),
                annotations.isTruthy("timeout"),
                annotation(annotations, "waitTime"),
                annotation(annotations, "initTime"));
    }

    private static void record(JsonGenerator out, ActivationRecord record, List<String> logs, boolean isStored) {
        var activation = record.activation();
        out.writeStartObject();
        out.writeStringProperty("activationId", activation.id().value());
        annotations(out, record);
        if (record.endMs() != 0) {
            out.writeNumberProperty("duration", record.endMs() - record.startMs());
            out.writeNumberProperty("end", record.endMs());
        }
        out.writeName("logs");
        out.writeStartArray();
        logs.forEach(out::writeString);
        out.writeEndArray();
        out.writeStringProperty("name", activation.action().name().name().value());
        out.writeStringProperty("namespace", activation.caller().namespace().value());
        out.writeBooleanProperty("publish", false);
        out.writeName("response");
        response(out, record, isStored);
        out.writeNumberProperty("start", record.startMs());
        out.writeStringProperty("subject", activation.caller().subject());
        out.writeStringProperty("version", activation.action().version());
        out.writeEndObject();
    }

    private static void response(JsonGenerator out, ActivationRecord record, boolean isStored) {
        out.writeStartObject();
        Json.raw(out, "result", record.result());
        out.writeNumberProperty("size", record.size());
        if (isStored) {
            out.writeNumberProperty("statusCode", record.status().code());
        } else {
            inWords(out, record.status());
        }
        out.writeEndObject();
    }

    private static void response(JsonGenerator out, JsonObject response) {
        out.writeStartObject();
        Json.raw(out, "result", member(response, "result"));
        response.text("size").ifPresent(size -> Json.raw(out, "size", size));
        inWords(out, status(response));
        out.writeEndObject();
    }

    private static void inWords(JsonGenerator out, Status status) {
        out.writeStringProperty("status", status.text());
        out.writeBooleanProperty("success", status == Status.SUCCESS);
    }

    private static void annotations(JsonGenerator out, ActivationRecord record) {
        var activation = record.activation();
        var action = activation.action();
        out.writeName("annotations");
        out.writeStartArray();
        annotation(out, "path", () -> out.writeString(action.name().toString()));
        annotation(out, "kind", () -> out.writeString(action.kind()));
        annotation(out, "limits", () -> ActionJson.limitsValue(out, action.limits()));
        annotation(out, "timeout", () -> out.writeBoolean(record.timedOut()));
        record.waitMs().ifPresent(ms -> annotation(out, "waitTime", () -> out.writeNumber(ms)));
        record.initMs().ifPresent(ms -> annotation(out, "initTime", () -> out.writeNumber(ms)));
        annotation(
                out, "instanceID", () -> out.writeString(activation.instance().value()));
        annotation(
                out, "instanceEpoch", () -> out.writeString(activation.epoch().toString()));
        out.writeEndArray();
    }

    private static void annotation(JsonGenerator out, String key, Runnable value) {
        out.writeStartObject();
        out.writeStringProperty("key", key);
        out.writeName("value");
        value.run();
        out.writeEndObject();
    }

    private static OptionalLong annotation(KeyValues annotations, String key) {
        return annotations
                .value(key)
                .map(value -> OptionalLong.of(Long.parseLong(value.toString())))
                .orElse(OptionalLong.empty());
    }

    private static JsonObject response(JsonObject record) {
        return record.object("response").orElseThrow(ActivationJson::corrupt);
    }

    private static Status status(JsonObject response) {
        long code = number(response, "statusCode");
        return Arrays.stream(Status.values())
                .filter(status -> status.code() == code)
                .findFirst()
                .orElseThrow(ActivationJson::corrupt);
    }

    private static long number(JsonObject owner, String name) {
        return Long.parseLong(owner.number(name).orElseThrow(ActivationJson::corrupt));
    }

    private static JsonText member(JsonObject owner, String name) {
        return owner.text(name).orElseThrow(ActivationJson::corrupt);
    }

    private static MalformedJson corrupt() {
        return new MalformedJson("Resource is corrupted and cannot be read.");
    }

    private static int expected(ActivationRecord record) {
        return 1024 + record.result().length();
    }
}
