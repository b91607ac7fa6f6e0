package pikachu.cli.client;

import java.util.List;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** JSON as the command line reads and prints it. Numbers pass through digit by digit. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectWriter PRETTY = MAPPER.writer().with(printer());

    private Json() {}

    private static DefaultPrettyPrinter printer() {
        // wsk's: four spaces, and no space before the colon
        var separators = Separators.createDefaultInstance()
                .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator("");
        var indenter = new DefaultIndenter("    ", "\n");
        return new DefaultPrettyPrinter(separators).withObjectIndenter(indenter).withArrayIndenter(indenter);
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    public static JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }

    /** A parameter's value: JSON if it is, else a string. */
    public static JsonNode value(String text) {
        try {
            var node = MAPPER.readTree(text);
            return node.isMissingNode() ? StringNode.valueOf(text) : node;
        } catch (JacksonException e) {
            return StringNode.valueOf(text);
        }
    }

    public static String pretty(JsonNode node) {
        return PRETTY.writeValueAsString(node);
    }

    public static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    static byte[] compact(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** The same with every object's fields by name. */
    public static JsonNode sorted(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> ordered(object, List.of());
            case ArrayNode array -> {
                var copy = array();
                array.forEach(each -> copy.add(sorted(each)));
                yield copy;
            }
            default -> node;
        };
    }

    /** The named fields first and in that order, then the rest by name, so that a newer platform's fields show too. */
    public static ObjectNode ordered(JsonNode node, List<String> first) {
        var copy = object();
        for (var name : first) {
            if (node.has(name)) {
                copy.set(name, sorted(node.get(name)));
            }
        }
        var rest = new TreeSet<>(node.propertyNames());
        first.forEach(rest::remove);
        rest.forEach(name -> copy.set(name, sorted(node.get(name))));
        return copy;
    }
}
