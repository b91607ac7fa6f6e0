package pikachu.server.entities;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes a JSON string's escapes away without building characters: code may have 48 MiB. */
final class JsonString {
    private JsonString() {}

    /** What a well-formed string says, as UTF-8, the quotes lying just outside the range. */
    static byte[] unquoted(byte[] bytes, int from, int to) {
        int escape = indexOfEscape(bytes, from, to);
        if (escape < 0) {
            return Arrays.copyOfRange(bytes, from, to);
        }
        // an escape is never shorter than what it stands for
        var out = new byte[to - from];
        int length = 0;
        int at = from;
        while (at < to) {
            if (bytes[at] != '\\') {
                out[length++] = bytes[at++];
            } else if (bytes[at + 1] != 'u') {
                out[length++] = plain(bytes[at + 1]);
                at += 2;
            } else {
                int point = hex(bytes, at + 2);
                at += 6;
                if (isHighBefore(bytes, point, at, to)) {
                    point = Character.toCodePoint((char) point, (char) hex(bytes, at + 2));
                    at += 6;
                }
                length = append(out, length, point);
            }
        }
        return Arrays.copyOf(out, length);
    }

    private static int indexOfEscape(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isHighBefore(byte[] bytes, int point, int at, int to) {
        return point >= 0xD800
                && point <= 0xDBFF
                && at + 6 <= to
                && bytes[at] == '\\'
                && bytes[at + 1] == 'u'
                && Character.isLowSurrogate((char) hex(bytes, at + 2));
    }

    private static byte plain(byte escape) {
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escape;
        };
    }

    private static int hex(byte[] bytes, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = (value << 4) | Character.digit(bytes[i], 16);
        }
        return value;
    }

    /** A lone surrogate has no form in UTF-8 and becomes the replacement character. */
    private static int append(byte[] out, int length, int codePoint) {
        int point = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
        var utf8 = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(utf8, 0, out, length, utf8.length);
        return length + utf8.length;
    }
}
