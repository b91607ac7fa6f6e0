package pikachu.runtime.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a client sends, as lines and counted bytes. Every wait ends with the client's next bytes or with its leaving. */
final class Input {
    private static final int INITIAL = 4096;

    private final SocketChannel channel;
    private byte[] bytes = new byte[INITIAL];
    private int start;
    private int end;

    Input(SocketChannel channel) {
        this.channel = channel;
    }

    /** The next request's head without the empty line after it; empty when the client has gone. */
    String head() throws IOException {
        int seen = 0;
        while (true) {
            seen = skipEmptyLines() ? 0 : seen;
            int found = indexOf("\r\n\r\n", Math.max(seen - 3, 0));
            if (found >= 0 && found <= Limits.HEAD) {
                return take(found, 4);
            }
            refuseOther(Math.max(seen - 1, 0));
            seen = end - start;
            if (!fill(Limits.HEAD + 8)) {
                return "";
            }
        }
    }

    /** RFC 9112 2.2: empty lines before a request are ignored. */
    private boolean skipEmptyLines() {
        int before = start;
        while (end - start >= 2 && bytes[start] == '\r' && bytes[start + 1] == '\n') {
            start += 2;
        }
        return start > before;
    }

    /** TLS, or bare line feeds: no use in waiting for more. */
    private void refuseOther(int from) {
        boolean begun = end > start && bytes[start] != '\r';
        if ((begun && !Head.isTokenSign(bytes[start] & 0xff)) || indexOf("\n\n", from) >= 0) {
            throw new HttpRefusal(400, "This is not an HTTP/1.1 request.");
        }
        if (end - start > Limits.HEAD) {
            throw new HttpRefusal(431, "The request's head is over the limit of " + Limits.HEAD + " bytes.");
        }
    }

    /** The next line of a chunked body. */
    String chunkLine() throws IOException {
        while (true) {
            int found = indexOf("\r\n", 0);
            if (found > Limits.CHUNK_LINE || (found < 0 && end - start > Limits.CHUNK_LINE)) {
                throw new HttpRefusal(400, "A chunk's line is too long.");
            }
            if (found >= 0) {
                return take(found, 2);
            }
            fillOrFail(2 * Limits.CHUNK_LINE);
        }
    }

    /** Takes the line end after a chunk's data; false when it is something else. */
    boolean chunkEnd() throws IOException {
        while (end - start < 2) {
            fillOrFail(INITIAL);
        }
        start += 2;
        return bytes[start - 2] == '\r' && bytes[start - 1] == '\n';
    }

    /** Moves the next {@code count} bytes to the body. */
    void move(Body body, int count) throws IOException {
        int missing = count;
        while (missing > 0) {
            var target = body.room(missing);
            int moved = read(target, body.used(), Math.min(missing, target.length - body.used()));
            body.added(moved);
            missing -= moved;
        }
    }

    private int read(byte[] target, int offset, int count) throws IOException {
        int here = Math.min(count, end - start);
        if (here > 0) {
            System.arraycopy(bytes, start, target, offset, here);
            start += here;
            return here;
        }
        int got = channel.read(ByteBuffer.wrap(target, offset, Math.min(count, Limits.PIECE)));
        if (got < 0) {
            throw new EOFException();
        }
        return got;
    }

    boolean has(int count) {
        return end - start >= count;
    }

    void discard(int count) throws IOException {
        int missing = count;
        while (missing > 0) {
            if (end == start && !fill(INITIAL)) {
                return;
            }
            int gone = Math.min(missing, end - start);
            start += gone;
            missing -= gone;
        }
    }

    private int indexOf(String mark, int from) {
        byte first = (byte) mark.charAt(0);
        for (int at = start + from; at <= end - mark.length(); at++) {
            if (bytes[at] == first && matches(mark, at)) {
                return at - start;
            }
        }
        return -1;
    }

    private boolean matches(String mark, int at) {
        for (int index = 1; index < mark.length(); index++) {
            if (bytes[at + index] != mark.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    private String take(int count, int mark) {
        var text = new String(bytes, start, count, StandardCharsets.ISO_8859_1);
        start += count + mark;
        return text;
    }

    private void fillOrFail(int limit) throws IOException {
        if (!fill(limit)) {
            throw new EOFException();
        }
    }

    /** Waits for more; false at the end of the stream. What is kept stays below the limit, or it is refused before. */
    private boolean fill(int limit) throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, Math.min(Math.max(2 * bytes.length, INITIAL), Math.max(limit, bytes.length + 8)));
        }
        int got = channel.read(ByteBuffer.wrap(bytes, end, bytes.length - end));
        end += Math.max(got, 0);
        return got >= 0;
    }
}
