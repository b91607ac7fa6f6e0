package pikachu.server.entities;

import java.util.Optional;

/**
 * What an action executes.
 *
 * @param kind concrete, {@code python:3.11}; never an alias
 * @param main the entry point when it is not the kind's own
 * @param isBinary whether the code is base64 of an archive
 */
public record Exec(String kind, Optional<String> main, boolean isBinary, Code code) {
    /** OpenWhisk's rule: code that reads as base64 is taken for base64. */
    public static boolean looksBinary(byte[] utf8) {
        int from = 0;
        int to = utf8.length;
        while (from < to && utf8[from] <= ' ' && utf8[from] >= 0) {
            from++;
        }
        while (to > from && utf8[to - 1] <= ' ' && utf8[to - 1] >= 0) {
            to--;
        }
        if (to == from || (to - from) % 4 != 0) {
            return false;
        }
        int padding = utf8[to - 1] != '=' ? 0 : utf8[to - 2] != '=' ? 1 : 2;
        for (int i = from; i < to - padding; i++) {
            if (!isBase64(utf8[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBase64(byte b) {
        return isIn('A', b, 'Z') || isIn('a', b, 'z') || isIn('0', b, '9') || b == '+' || b == '/';
    }

    private static boolean isIn(char first, byte b, char last) {
        return b >= first && b <= last;
    }
}
