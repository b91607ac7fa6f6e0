package pikachu.cli.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import pikachu.cli.client.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Parameters and annotations as they are typed: a file first, then single pairs, of which the last one counts. */
final class KeyValues {
    private KeyValues() {}

    /** @param pairs key, value, key, value ... */
    static ObjectNode object(Optional<Path> file, List<String> pairs) {
        var object = file.map(KeyValues::read).orElseGet(Json::object);
        for (var i = 0; i + 1 < pairs.size(); i += 2) {
            object.set(pairs.get(i), Json.value(pairs.get(i + 1)));
        }
        return object;
    }

    /** The API's form: {@code [{"key": K, "value": V}]}. */
    static ArrayNode list(ObjectNode object) {
        var list = Json.array();
        object.forEachEntry((key, value) -> {
            var pair = list.addObject();
            pair.put("key", key);
            pair.set("value", value);
        });
        return list;
    }

    private static ObjectNode read(Path file) {
        try {
            if (Json.parse(Files.readString(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalArgumentException("The file '" + file + "' must hold one JSON object.");
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read the parameters in '" + file + "': no such readable file.", e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("The file '" + file + "' is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
