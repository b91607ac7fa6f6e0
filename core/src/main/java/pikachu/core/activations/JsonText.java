package pikachu.core.activations;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One JSON value as UTF-8, passed through untouched so that numbers keep their digits. Whoever makes one vouches that it
 * is well-formed; the bytes are not copied and must not be changed.
 */
public final class JsonText {
    public static final JsonText EMPTY_OBJECT = new JsonText("{}");

    private final byte[] utf8;

    public JsonText(byte[] utf8) {
        this.utf8 = utf8;
    }

    public JsonText(String text) {
        this(text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] utf8() {
        return utf8;
    }

    public int length() {
        return utf8.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonText that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
