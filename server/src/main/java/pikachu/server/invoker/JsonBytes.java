package pikachu.server.invoker;

import java.nio.charset.StandardCharsets;

/** Text as UTF-8 made fit for a JSON string. By hand, since code has up to 48 MiB and is to be copied once at the most. */
final class JsonBytes {
    private static final byte[] HEXADECIMAL = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int SHORT = 1;
    private static final int LONG = 5;

    private JsonBytes() {}

    /** The same array when nothing in it needs an escape, as in base64. */
    static byte[] escaped(byte[] utf8) {
        var more = 0;
        for (var b : utf8) {
            more += more(b);
        }
        return more == 0 ? utf8 : escaped(utf8, Math.addExact(utf8.length, more));
    }

    private static int more(byte b) {
        if (b == '"' || b == '\\' || b == '\n') {
            return SHORT;
        }
        return b >= 0 && b < ' ' ? LONG : 0;
    }

    private static byte[] escaped(byte[] utf8, int length) {
        var out = new byte[length];
        var at = 0;
        for (var b : utf8) {
            switch (more(b)) {
                case 0 -> out[at++] = b;
                case SHORT -> {
                    out[at++] = '\\';
                    out[at++] = b == '\n' ? (byte) 'n' : b;
                }
                default -> {
                    out[at++] = '\\';
                    out[at++] = 'u';
                    out[at++] = '0';
                    out[at++] = '0';
                    out[at++] = HEXADECIMAL[b >> 4];
                    out[at++] = HEXADECIMAL[b & 15];
                }
            }
        }
        return out;
    }
}
