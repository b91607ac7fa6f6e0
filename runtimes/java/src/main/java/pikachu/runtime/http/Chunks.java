package pikachu.runtime.http;

import java.io.IOException;

/** A chunked body. */
final class Chunks {
    private static final int LONGEST_SIZE = 15;

    private Chunks() {}

    static void read(Input input, Body body) throws IOException {
        for (int size = size(input, body); size > 0; size = size(input, body)) {
            input.move(body, size);
            if (!input.chunkEnd()) {
                throw new HttpRefusal(400, "A chunk does not end where it says.");
            }
        }
        skipTrailer(input);
    }

    private static int size(Input input, Body body) throws IOException {
        var line = input.chunkLine();
        int semicolon = line.indexOf(';');
        var text = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        if (text.isEmpty() || text.length() > LONGEST_SIZE || !text.chars().allMatch(Chunks::isHex)) {
            throw new HttpRefusal(400, "A chunk's size is malformed.");
        }
        long size = Long.parseLong(text, 16);
        if (body.length() + size > Limits.BODY) {
            throw HttpRefusal.tooLarge();
        }
        return (int) size;
    }

    private static boolean isHex(int sign) {
        return Character.digit(sign, 16) >= 0 && sign < 128;
    }

    private static void skipTrailer(Input input) throws IOException {
        int seen = 0;
        for (var line = input.chunkLine(); !line.isEmpty(); line = input.chunkLine()) {
            seen += line.length();
            if (seen > Limits.HEAD) {
                throw new HttpRefusal(431, "The trailer is over the limit of " + Limits.HEAD + " bytes.");
            }
        }
    }
}
