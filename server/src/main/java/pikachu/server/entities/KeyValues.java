package pikachu.server.entities;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pikachu.core.activations.JsonText;
import tools.jackson.core.JsonGenerator;

/** Parameters or annotations: each key once, the last one given counts. */
public record KeyValues(List<KeyValue> list) {
    public static final KeyValues NONE = new KeyValues(List.of());

    public KeyValues {
        var byKey = new LinkedHashMap<String, KeyValue>();
        list.forEach(each -> byKey.put(each.key(), each));
        list = List.copyOf(byKey.values());
    }

    /**
     * Reads an array of {@code {"key": ..., "value": ...}}.
     *
     * @param name of the member and, when it has another shape, of what is malformed
     */
    public static Optional<KeyValues> read(JsonObject owner, String name) {
        if (owner.type(name) == JsonObject.Type.ABSENT) {
            return Optional.empty();
        }
        try {
            var items = owner.objects(name).orElseThrow(() -> malformed(name));
            return Optional.of(new KeyValues(items.stream()
                    .map(item -> new KeyValue(
                            item.string("key").orElseThrow(() -> malformed(name)),
                            item.text("value").orElseThrow(() -> malformed(name)),
                            item.bool("init").orElse(false)))
                    .toList()));
        } catch (MalformedJson e) {
            throw malformed(name);
        }
    }

    private static MalformedJson malformed(String name) {
        return new MalformedJson(name + " malformed!");
    }

    public Optional<JsonText> value(String key) {
        return list.stream()
                .filter(each -> each.key().equals(key))
                .map(KeyValue::value)
                .findFirst();
    }

    /** Whether the value is there and neither false, null, 0 nor the empty string. */
    public boolean isTruthy(String key) {
        return value(key)
                .map(JsonText::toString)
                .filter(text -> !Set.of("false", "null", "0", "\"\"").contains(text))
                .isPresent();
    }

    /** These, overlaid by others key by key. */
    public KeyValues with(KeyValues others) {
        return new KeyValues(java.util.stream.Stream.concat(list.stream(), others.list.stream())
                .toList());
    }

    public KeyValues with(KeyValue other) {
        return with(new KeyValues(List.of(other)));
    }

    public KeyValues without(Collection<String> keys) {
        return new KeyValues(
                list.stream().filter(each -> !keys.contains(each.key())).toList());
    }

    /** Bytes of keys and values. */
    public long size() {
        return list.stream().mapToLong(KeyValue::size).sum();
    }

    void write(JsonGenerator out, String name) {
        out.writeName(name);
        out.writeStartArray();
        for (var each : list) {
            out.writeStartObject();
            out.writeStringProperty("key", each.key());
            Json.raw(out, "value", each.value());
            if (each.isInit()) {
                out.writeBooleanProperty("init", true);
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
