package pikachu.server.entities;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import pikachu.core.activations.JsonText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The members of one JSON object, each as the bytes it came in. Of members with one name the last counts. Nothing is
 * copied or converted before it is asked for, so an upload of 48 MiB is held once.
 */
public final class JsonObject {
    /** What a member is. */
    public enum Type {
        ABSENT,
        NULL,
        BOOLEAN,
        NUMBER,
        STRING,
        ARRAY,
        OBJECT
    }

    private record Span(int from, int to) {}

    private static final Span NOWHERE = new Span(0, 0);

    private final byte[] bytes;
    private final LinkedHashMap<String, Span> members = new LinkedHashMap<>();
    /** Just behind the opening brace, and at the closing one. */
    private final Span inside;

    private JsonObject(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        try (var parser = Json.parser(bytes, from, to)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedJson("JSON object expected");
            }
            int start = from + offset(parser) + 1;
            inside = new Span(start, readMembers(parser, from));
            Json.requireEnd(parser);
        } catch (JacksonException e) {
            throw new MalformedJson(e.getOriginalMessage());
        }
    }

    /** @throws MalformedJson if the bytes are not one well-formed JSON object in UTF-8 */
    public static JsonObject parse(byte[] utf8) {
        Json.requireUtf8(utf8);
        return new JsonObject(utf8, 0, utf8.length);
    }

    private int readMembers(JsonParser parser, int base) {
        JsonToken token = parser.nextToken();
        while (token == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            int from = base + offset(parser);
            parser.skipChildren();
            token = parser.nextToken();
            members.put(name, new Span(from, endBefore(base + offset(parser))));
        }
        return base + offset(parser);
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** Where the value ends that lies before a token: what is between is white space and at most a comma. */
    private int endBefore(int next) {
        int end = next;
        while (bytes[end - 1] == ',' || (bytes[end - 1] <= ' ' && bytes[end - 1] >= 0)) {
            end--;
        }
        return end;
    }

    public Set<String> names() {
        return members.keySet();
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    public Type type(String name) {
        var span = span(name);
        if (span.equals(NOWHERE)) {
            return Type.ABSENT;
        }
        return switch (bytes[span.from]) {
            case '"' -> Type.STRING;
            case '{' -> Type.OBJECT;
            case '[' -> Type.ARRAY;
            case 't', 'f' -> Type.BOOLEAN;
            case 'n' -> Type.NULL;
            default -> Type.NUMBER;
        };
    }

    /** The member as it was written; absent if there is none. */
    public Optional<JsonText> text(String name) {
        var span = span(name);
        return span.equals(NOWHERE) ? Optional.empty() : Optional.of(new JsonText(slice(span)));
    }

    /** The member's value if it is a string. */
    public Optional<String> string(String name) {
        return utf8(name).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    /** The member's value, as UTF-8, if it is a string. */
    public Optional<byte[]> utf8(String name) {
        if (type(name) != Type.STRING) {
            return Optional.empty();
        }
        var span = span(name);
        return Optional.of(JsonString.unquoted(bytes, span.from + 1, span.to - 1));
    }

    /** The member's digits if it is a number. */
    public Optional<String> number(String name) {
        return type(name) == Type.NUMBER ? text(name).map(JsonText::toString) : Optional.empty();
    }

    /** The member's value if it is a boolean. */
    public Optional<Boolean> bool(String name) {
        return type(name) == Type.BOOLEAN ? Optional.of(bytes[span(name).from] == 't') : Optional.empty();
    }

    /** The member's value if it is an object. */
    public Optional<JsonObject> object(String name) {
        var span = span(name);
        return type(name) == Type.OBJECT ? Optional.of(new JsonObject(bytes, span.from, span.to)) : Optional.empty();
    }

    /** The elements of the member if it is an array of objects. */
    public Optional<List<JsonObject>> objects(String name) {
        var found = new ArrayList<JsonObject>();
        return eachElement(name, span -> found.add(new JsonObject(bytes, span.from, span.to)))
                ? Optional.of(found)
                : Optional.empty();
    }

    /** The elements of the member if it is an array. */
    public Optional<List<JsonText>> elements(String name) {
        var found = new ArrayList<JsonText>();
        return eachElement(name, span -> found.add(new JsonText(slice(span)))) ? Optional.of(found) : Optional.empty();
    }

    /** What is between the braces, as it was written. */
    public byte[] inside() {
        return slice(inside);
    }

    private boolean eachElement(String name, Consumer<Span> sink) {
        if (type(name) != Type.ARRAY) {
            return false;
        }
        var array = span(name);
        try (var parser = Json.parser(bytes, array.from, array.to)) {
            parser.nextToken();
            JsonToken token = parser.nextToken();
            while (token != JsonToken.END_ARRAY) {
                int from = array.from + offset(parser);
                parser.skipChildren();
                token = parser.nextToken();
                sink.accept(new Span(from, endBefore(array.from + offset(parser))));
            }
        }
        return true;
    }

    private Span span(String name) {
        return members.getOrDefault(name, NOWHERE);
    }

    private byte[] slice(Span span) {
        return Arrays.copyOfRange(bytes, span.from, span.to);
    }
}
