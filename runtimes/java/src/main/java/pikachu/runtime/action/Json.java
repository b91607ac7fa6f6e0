package pikachu.runtime.action;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** JSON in UTF-8 by Gson, read strictly; numbers keep all their digits. */
final class Json {
    /** Both ways: Gson itself would read any depth, and run out of stack when it writes it. */
    static final int DEPTH = 1000;

    private Json() {}

    /** A text that is no JSON, or a value that JSON has no form for. */
    static final class NoJson extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoJson(String message) {
            super(message, null, false, false);
        }
    }

    static JsonElement read(InputStream bytes) {
        // a decoder, not a charset: what is no UTF-8 is refused instead of replaced
        try (var reader = new JsonReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()))) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(DEPTH);
            var value = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new NoJson("something follows the value at " + reader.getPath());
            }
            return value;
        } catch (IOException | JsonParseException problem) {
            throw new NoJson(reason(problem));
        }
    }

    /** Gson's first line, without the exception's name and the link to its manual that it adds. */
    private static String reason(Exception problem) {
        var text = String.valueOf(problem.getMessage());
        int end = text.indexOf('\n');
        var line = end < 0 ? text : text.substring(0, end);
        int name = line.indexOf("Exception: ");
        return name < 0 ? line : line.substring(name + "Exception: ".length());
    }

    static String text(Object value) {
        return JsonText.of(value);
    }

    static byte[] bytes(Object value) {
        return JsonText.of(value).getBytes(StandardCharsets.UTF_8);
    }
}
