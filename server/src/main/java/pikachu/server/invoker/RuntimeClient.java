package pikachu.server.invoker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The invoker's end of OpenWhisk's runtime protocol: POSTs over one connection to an action proxy, on a Unix or TCP socket.
 * It is our own because every call passes through it, and because a hung proxy is ended by killing its container, which
 * closes the connection: so no call here needs a time limit of its own.
 *
 * <p>Used by one thread at a time; {@code close} may come from any and makes a call under way fail.
 */
final class RuntimeClient implements AutoCloseable {
    private static final int MAX_HEADER = 64 * 1024;
    private static final int BUFFER = 16 * 1024;

    /** The channel copies what it is given at a time, so it is not given 48 MiB. */
    private static final int SLICE = 256 * 1024;
    /** A runtime that cuts its answer into crumbs would keep this thread busy at no cost to itself. */
    private static final int MAX_CHUNKS = 65_536;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER).flip();

    private RuntimeClient(SocketChannel channel) {
        this.channel = channel;
    }

    static RuntimeClient connect(SocketAddress address) throws IOException {
        var family =
                address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
        var channel = SocketChannel.open(family);
        try {
            channel.connect(address);
            return new RuntimeClient(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Sends {@code body} and returns the answer, of which at most {@code maxBody} bytes are kept; the rest is read and
     * dropped.
     */
    Response post(String path, List<byte[]> body, int maxBody) throws IOException {
        send(path, body);
        try {
            var header = readHeader();
            return header.isChunked() ? chunked(header.status(), maxBody) : sized(header, maxBody);
        } catch (NumberFormatException e) {
            throw new IOException("The runtime's answer is not HTTP: " + e.getMessage(), e);
        }
    }

    private void send(String path, List<byte[]> body) throws IOException {
        var length = body.stream().mapToLong(piece -> piece.length).sum();
        var head = ("POST " + path + " HTTP/1.1\r\nHost: runtime\r\nContent-Type: application/json\r\nAccept:"
                        + " application/json\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        if (length <= SLICE) {
            // In one write, as nearly all are.
            var request = ByteBuffer.allocate(head.length + (int) length).put(head);
            body.forEach(request::put);
            send(request.flip());
            return;
        }
        send(ByteBuffer.wrap(head));
        for (var piece : body) {
            for (var from = 0; from < piece.length; from += SLICE) {
                send(ByteBuffer.wrap(piece, from, Math.min(SLICE, piece.length - from)));
            }
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private Header readHeader() throws IOException {
        var line = readLine();
        var parts = line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new IOException("The runtime answered something that is not HTTP: " + line);
        }
        var status = Integer.parseInt(parts[1]);
        var length = -1L;
        var isChunked = false;
        var total = line.length();
        for (line = readLine(); !line.isEmpty(); line = readLine()) {
            total += line.length();
            if (total > MAX_HEADER) {
                throw new IOException("The runtime's answer has a header of over " + MAX_HEADER + " bytes.");
            }
            var lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(
                        line.substring("content-length:".length()).trim());
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                isChunked = true;
            }
        }
        return new Header(status, length, isChunked);
    }

    private Response sized(Header header, int maxBody) throws IOException {
        if (header.length() < 0) {
            throw new IOException("The runtime's answer has no length.");
        }
        var kept = readBytes((int) Math.min(header.length(), maxBody));
        skip(header.length() - kept.length);
        return new Response(header.status(), kept, header.length());
    }

    private Response chunked(int status, int maxBody) throws IOException {
        var kept = new ByteArrayOutputStream();
        var total = 0L;
        for (var chunks = 0; chunks <= MAX_CHUNKS; chunks++) {
            var size = Integer.parseInt(readLine().split(";", 2)[0].trim(), 16);
            if (size == 0) {
                readLine();
                return new Response(status, kept.toByteArray(), total);
            }
            if (size < 0) {
                throw new NumberFormatException("chunk of size " + size);
            }
            total += size;
            var chunk = readBytes(Math.min(size, maxBody - kept.size()));
            kept.writeBytes(chunk);
            skip(size - chunk.length);
            readLine();
        }
        throw new IOException("The runtime's answer has over " + MAX_CHUNKS + " chunks.");
    }

    private void skip(long count) throws IOException {
        for (var left = count; left > 0; ) {
            left -= readBytes((int) Math.min(left, BUFFER)).length;
        }
    }

    private byte[] readBytes(int count) throws IOException {
        var bytes = new byte[count];
        var have = Math.min(count, in.remaining());
        in.get(bytes, 0, have);
        var rest = ByteBuffer.wrap(bytes, have, count - have);
        while (rest.hasRemaining()) {
            if (channel.read(rest) < 0) {
                throw new IOException("The runtime closed the connection in the middle of an answer.");
            }
        }
        return bytes;
    }

    private String readLine() throws IOException {
        var line = new StringBuilder(64);
        while (true) {
            while (in.hasRemaining()) {
                var c = in.get();
                if (c == '\n') {
                    return line.toString();
                }
                if (c != '\r') {
                    line.append((char) (c & 0xff));
                }
                if (line.length() > MAX_HEADER) {
                    throw new IOException("The runtime's answer has a line of over " + MAX_HEADER + " bytes.");
                }
            }
            in.clear();
            var got = channel.read(in);
            in.flip();
            if (got < 0) {
                throw new IOException("The runtime closed the connection.");
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is lost: the other end sees the connection end in any case.
            return;
        }
    }

    private record Header(int status, long length, boolean isChunked) {}

    /**
     * @param body at most as many bytes as were asked for
     * @param length of the whole answer, bytes
     */
    record Response(int status, byte[] body, long length) {}
}
