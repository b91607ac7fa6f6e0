package pikachu.runtime.action;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pikachu.runtime.action.Json.NoJson;

/** Gson's elements and plain values (maps, collections, arrays, strings, numbers, booleans, null) as JSON. */
final class JsonText {
    private final StringWriter text = new StringWriter();
    private final JsonWriter writer = new JsonWriter(text);
    private int depth;

    private JsonText() {}

    static String of(Object value) {
        var json = new JsonText();
        try {
            json.write(value);
            json.writer.flush();
        } catch (IOException impossible) {
            throw new NoJson("it could not be written: " + impossible.getMessage());
        } catch (IllegalArgumentException problem) {
            throw new NoJson(String.valueOf(problem.getMessage()));
        }
        return withoutLoneSurrogates(json.text.toString());
    }

    private void write(@Nullable Object value) throws IOException {
        if (value instanceof JsonElement element) {
            writeElement(element);
        } else if (value == null) {
            writer.nullValue();
        } else if (value instanceof CharSequence || value instanceof Character) {
            writer.value(value.toString());
        } else if (value instanceof Number number) {
            writer.value(number);
        } else if (value instanceof Boolean truth) {
            writer.value(truth.booleanValue());
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map);
        } else if (value instanceof Iterable<?> items) {
            writeItems(items);
        } else if (value.getClass().isArray()) {
            writeArray(value);
        } else {
            throw new NoJson("an object of class " + value.getClass().getName());
        }
    }

    private void writeElement(JsonElement element) throws IOException {
        if (element instanceof JsonObject object) {
            writeMap(object.asMap());
        } else if (element instanceof JsonArray array) {
            writeItems(array);
        } else if (element instanceof JsonPrimitive primitive) {
            if (primitive.isNumber()) {
                writer.value(primitive.getAsNumber());
            } else if (primitive.isBoolean()) {
                writer.value(primitive.getAsBoolean());
            } else {
                writer.value(primitive.getAsString());
            }
        } else {
            writer.nullValue();
        }
    }

    private void writeMap(Map<?, ?> map) throws IOException {
        enter();
        writer.beginObject();
        for (var entry : map.entrySet()) {
            writer.name(String.valueOf(entry.getKey()));
            write(entry.getValue());
        }
        writer.endObject();
        depth--;
    }

    private void writeItems(Iterable<?> items) throws IOException {
        enter();
        writer.beginArray();
        for (Object item : items) {
            write(item);
        }
        writer.endArray();
        depth--;
    }

    private void writeArray(Object array) throws IOException {
        enter();
        writer.beginArray();
        for (int index = 0; index < Array.getLength(array); index++) {
            write(Array.get(array, index));
        }
        writer.endArray();
        depth--;
    }

    private void enter() {
        depth++;
        if (depth > Json.DEPTH) {
            throw new NoJson("it is nested deeper than " + Json.DEPTH + " levels, or contains itself");
        }
    }

    /** Half a surrogate pair has no UTF-8 form, but JSON has an escape for it. */
    private static String withoutLoneSurrogates(String text) {
        int first = loneSurrogate(text, 0);
        if (first < 0) {
            return text;
        }
        var escaped = new StringBuilder(text.length() + 16);
        int start = 0;
        for (int at = first; at >= 0; at = loneSurrogate(text, start)) {
            escaped.append(text, start, at).append("\\u").append(Integer.toHexString(text.charAt(at)));
            start = at + 1;
        }
        return escaped.append(text, start, text.length()).toString();
    }

    private static int loneSurrogate(String text, int start) {
        for (int at = start; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at)) && !isPair(text, at) && !isPair(text, at - 1)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isPair(String text, int at) {
        return at >= 0 && at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }
}
