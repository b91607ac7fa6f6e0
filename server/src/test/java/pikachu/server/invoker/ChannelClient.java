package pikachu.server.invoker;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A function's side of a channel, for tests; has read the greeting. Reads are bounded by the test's own time limit. */
final class ChannelClient implements AutoCloseable {
    private final SocketChannel socket;
    private final BufferedReader lines;

    ChannelClient(Path path) throws IOException {
        socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
        lines = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
    }

    static ChannelClient greeted(Path path) throws IOException {
        var client = new ChannelClient(path);
        if (!"{\"channel\":1}".equals(client.line())) {
            throw new AssertionError("no greeting");
        }
        return client;
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        var left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            socket.write(left);
        }
    }

    String ask(String request) throws IOException {
        send(request + "\n");
        return line();
    }

    /** "end" when the other side has closed. */
    String line() {
        try {
            var line = lines.readLine();
            return line == null ? "end" : line;
        } catch (IOException _) {
            return "end";
        }
    }

    List<String> rest() {
        var rest = new ArrayList<String>();
        for (var line = line(); !line.equals("end"); line = line()) {
            rest.add(line);
        }
        return rest;
    }

    void endInput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
