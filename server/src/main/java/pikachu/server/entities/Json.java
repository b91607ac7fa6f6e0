package pikachu.server.entities;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import pikachu.core.activations.JsonText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** How we read and write JSON: streaming, values passed through as the bytes they came in, nesting bounded. */
public final class Json {
    /** Deeper text is refused, here and so also in the action that would get it. */
    public static final int MAX_DEPTH = 500;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    // numbers are never converted here, so their length costs nothing; bodies are bounded already
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(1 << 20)
                    .build())
            .build();

    private Json() {}

    /** Writes one value as compact UTF-8. */
    public static byte[] write(Consumer<JsonGenerator> content) {
        return write(256, content);
    }

    public static byte[] write(int expected, Consumer<JsonGenerator> content) {
        var out = new ByteArrayOutputStream(expected);
        write(out, content);
        return out.toByteArray();
    }

    /** Writes one value to the stream and closes that. */
    public static void write(OutputStream out, Consumer<JsonGenerator> content) {
        try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            content.accept(generator);
        }
    }

    /** Writes a member whose value is copied as it is. */
    public static void raw(JsonGenerator out, String name, JsonText value) {
        out.writeName(name);
        raw(out, value);
    }

    public static void raw(JsonGenerator out, JsonText value) {
        out.writeRawValue(new Utf8Splice(value.utf8()));
    }

    public static JsonText quoted(String text) {
        return new JsonText(write(text.length() + 2, out -> out.writeString(text)));
    }

    /** Checks that the bytes are one well-formed value. */
    public static JsonText checked(byte[] utf8) {
        requireUtf8(utf8);
        try (var parser = parser(utf8, 0, utf8.length)) {
            if (parser.nextToken() == null) {
                throw new MalformedJson("A JSON value is expected, but there is nothing.");
            }
            parser.skipChildren();
            requireEnd(parser);
            return new JsonText(utf8);
        } catch (JacksonException e) {
            throw new MalformedJson(e.getOriginalMessage());
        }
    }

    static JsonParser parser(byte[] utf8, int from, int to) {
        return FACTORY.createParser(ObjectReadContext.empty(), utf8, from, to - from);
    }

    static void requireEnd(JsonParser parser) {
        JsonToken next = parser.nextToken();
        if (next != null) {
            throw new MalformedJson("Something follows the JSON value.");
        }
    }

    /** Jackson lets some ill-formed sequences pass inside strings that it skips; a runtime would stumble over them. */
    static void requireUtf8(byte[] utf8) {
        int sign = 0;
        for (byte b : utf8) {
            sign |= b;
        }
        if (sign >= 0) {
            return;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedJson("The text is not valid UTF-8.");
        }
    }
}
