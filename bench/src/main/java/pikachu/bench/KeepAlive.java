package pikachu.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One request over and over on one connection, as cheap as can be: the load generator shares the machine's few cores with
 * what it measures. Bodies are read and thrown away.
 */
final class KeepAlive implements AutoCloseable {
    private static final int PATIENCE_MS = 70_000;
    private static final int BUFFER = 64 * 1024;

    private final byte[] request;
    private final byte[] buffer = new byte[BUFFER];
    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    KeepAlive(URI base, byte[] request) throws IOException {
        this.request = request;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), 5_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    static byte[] post(URI base, String path, String authorization, String body) {
        var length = body.getBytes(StandardCharsets.UTF_8).length;
        return ("POST " + path + " HTTP/1.1\r\nHost: " + base.getHost() + ":" + base.getPort()
                        + "\r\nAuthorization: " + authorization
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Sends the request, reads the whole answer, returns its status. */
    int call() throws IOException {
        out.write(request);
        var filled = 0;
        var head = -1;
        while (head < 0) {
            filled += fill(filled);
            head = headEnd(filled);
        }
        var headers = new String(buffer, 0, head, StandardCharsets.ISO_8859_1);
        var length = headers.toLowerCase(Locale.ROOT).indexOf("\r\ncontent-length:");
        if (length >= 0) {
            skip(number(headers, length + 17) - (filled - head));
        } else {
            skipChunks(head, filled);
        }
        return Integer.parseInt(headers.substring(9, 12));
    }

    private int fill(int from) throws IOException {
        if (from == buffer.length) {
            throw new IOException("an answer had more than " + BUFFER + " bytes");
        }
        var count = in.read(buffer, from, buffer.length - from);
        if (count < 0) {
            throw new EOFException("the platform closed the connection");
        }
        return count;
    }

    /** Index after the empty line, or -1. */
    private int headEnd(int filled) {
        for (var i = 3; i < filled; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int number(String headers, int from) {
        var end = headers.indexOf('\r', from);
        return Integer.parseInt(headers.substring(from, end).strip());
    }

    private void skip(int count) throws IOException {
        for (var left = count; left > 0; ) {
            var read = in.read(buffer, 0, Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException("the platform closed the connection within an answer");
            }
            left -= read;
        }
    }

    /** A chunked body ends with the chunk of length 0; JSON on one line holds no such sequence. */
    private void skipChunks(int head, int filled) throws IOException {
        var end = filled;
        while (!endsWithLastChunk(head, end)) {
            end += fill(end);
        }
    }

    private boolean endsWithLastChunk(int head, int end) {
        return end - head >= 5 && new String(buffer, end - 5, 5, StandardCharsets.ISO_8859_1).equals("0\r\n\r\n");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
