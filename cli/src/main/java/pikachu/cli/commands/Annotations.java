package pikachu.cli.commands;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Reads {@code [{"key": K, "value": V}]}. */
public final class Annotations {
    private Annotations() {}

    public static JsonNode value(JsonNode entity, String key) {
        for (var annotation : entity.path("annotations")) {
            if (annotation.path("key").asString("").equals(key)) {
                return annotation.path("value");
            }
        }
        return MissingNode.getInstance();
    }

    static String text(JsonNode entity, String key) {
        return value(entity, key).asString("");
    }
}
