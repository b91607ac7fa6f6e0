package pikachu.server.entities;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.SerializableString;

/** Lets a generator copy UTF-8 bytes as they are. It is good for raw values written as UTF-8 and nothing else. */
record Utf8Splice(byte[] utf8) implements SerializableString {
    @Override
    public String getValue() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public byte[] asUnquotedUTF8() {
        return utf8;
    }

    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        if (offset + utf8.length > buffer.length) {
            return -1;
        }
        System.arraycopy(utf8, 0, buffer, offset, utf8.length);
        return utf8.length;
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        out.write(utf8);
        return utf8.length;
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer out) {
        if (out.remaining() < utf8.length) {
            return -1;
        }
        out.put(utf8);
        return utf8.length;
    }

    @Override
    public char[] asQuotedChars() {
        throw onlyRaw();
    }

    @Override
    public byte[] asQuotedUTF8() {
        throw onlyRaw();
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        throw onlyRaw();
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        throw onlyRaw();
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        throw onlyRaw();
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) {
        throw onlyRaw();
    }

    @Override
    public int putQuotedUTF8(ByteBuffer out) {
        throw onlyRaw();
    }

    private static UnsupportedOperationException onlyRaw() {
        return new UnsupportedOperationException("A splice is written raw and as UTF-8 only.");
    }
}
