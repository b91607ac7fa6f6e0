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
import java.nio.charset.CharacterCodingException;
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
                throw new NoJson("something follows the value");
            }
            return value;
        } catch (IOException | JsonParseException problem) {
            throw new NoJson(reason(problem));
        }
    }

    /** Where and what, without the names of Gson's methods. */
    private static String reason(Exception failure) {
        Throwable problem = failure.getCause() == null ? failure : failure.getCause();
        if (problem instanceof CharacterCodingException) {
            return "it is not UTF-8";
        }
        var text = String.valueOf(problem.getMessage());
        int end = text.indexOf(" path ");
        var reason = end < 0 ? text : text.substring(0, end);
        int at = reason.lastIndexOf(" at line ");
        return reason.contains("JsonReader") ? "it is malformed" + (at < 0 ? "" : reason.substring(at)) : reason;
    }

    static String text(Object value) {
        return JsonText.of(value);
    }

    static byte[] bytes(Object value) {
        return JsonText.of(value).getBytes(StandardCharsets.UTF_8);
    }
}
