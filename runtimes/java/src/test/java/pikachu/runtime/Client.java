package pikachu.runtime;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One connection, kept open. JUnit's time limit is its deadline. */
public final class Client implements AutoCloseable {
    /** What a server says; its head as lines in lower case. */
    public record Reply(int status, List<String> head, String body) {}

    private final SocketChannel channel;
    private byte[] input = new byte[1 << 16];
    private int end;

    private Client(SocketChannel channel) {
        this.channel = channel;
    }

    public static Client connect(SocketAddress address) throws IOException {
        var channel = SocketChannel.open(address);
        if (address instanceof InetSocketAddress) {
            channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
        }
        return new Client(channel);
    }

    public static byte[] request(String path, byte[] body, String... headers) {
        var head =
                new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n");
        for (var header : headers) {
            head.append(header).append("\r\n");
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    public Reply ask(String path, String body) throws IOException {
        send(request(path, body.getBytes(StandardCharsets.UTF_8)));
        return reply();
    }

    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
        for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            channel.write(buffer);
        }
    }

    public Reply reply() throws IOException {
        var head = head();
        int length = 0;
        for (var line : head) {
            if (line.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        while (end < length) {
            receive();
        }
        return new Reply(Integer.parseInt(head.get(0).split(" ")[1]), head, take(length));
    }

    private List<String> head() throws IOException {
        int scanned = 0;
        while (true) {
            for (int at = scanned; at + 4 <= end; at++) {
                if (input[at] == '\r' && input[at + 1] == '\n' && input[at + 2] == '\r' && input[at + 3] == '\n') {
                    var head = take(at + 4).toLowerCase(java.util.Locale.ROOT).strip();
                    return new ArrayList<>(List.of(head.split("\r\n")));
                }
            }
            scanned = Math.max(end - 3, 0);
            receive();
        }
    }

    private void receive() throws IOException {
        if (end == input.length) {
            input = java.util.Arrays.copyOf(input, 2 * input.length);
        }
        int got = channel.read(ByteBuffer.wrap(input, end, input.length - end));
        if (got < 0) {
            throw new EOFException();
        }
        end += got;
    }

    private String take(int count) {
        var text = new String(input, 0, count, StandardCharsets.UTF_8);
        System.arraycopy(input, count, input, 0, end - count);
        end -= count;
        return text;
    }

    public void finishSending() throws IOException {
        channel.shutdownOutput();
    }

    /** The next bytes as they come, at most so many. */
    public String some(int count) throws IOException {
        while (end < count) {
            receive();
        }
        return take(count);
    }

    public boolean isClosedByPeer() {
        try {
            return end == 0 && channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
