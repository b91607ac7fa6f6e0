package pikachu.server.entities;

import java.nio.charset.StandardCharsets;
import pikachu.core.activations.JsonText;

/**
 * One parameter or annotation.
 *
 * @param isInit a parameter that is delivered in /init's environment and not among the arguments
 */
public record KeyValue(String key, JsonText value, boolean isInit) {
    public KeyValue(String key, JsonText value) {
        this(key, value, false);
    }

    public static KeyValue text(String key, String value) {
        return new KeyValue(key, Json.quoted(value));
    }

    public static KeyValue flag(String key, boolean value) {
        return new KeyValue(key, new JsonText(Boolean.toString(value)));
    }

    public boolean isNull() {
        return value.utf8()[0] == 'n';
    }

    long size() {
        return (long) key.getBytes(StandardCharsets.UTF_8).length + value.length();
    }
}
