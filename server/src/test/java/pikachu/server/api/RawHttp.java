package pikachu.server.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** HTTP by hand, so that tests see exactly what goes over the wire and can send what no client would. */
final class RawHttp implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    record Reply(int status, TreeMap<String, String> headers, String body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }

        /** The text of an error answer. */
        String error() {
            var object = pikachu.server.entities.JsonObject.parse(body.getBytes(StandardCharsets.UTF_8));
            return object.string("error").orElse("no error in " + body);
        }
    }

    RawHttp(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The status line and headers of the next answer, without its body. */
    Reply head() throws IOException {
        var status = line();
        if (status.isEmpty()) {
            throw new IOException("The connection was closed without an answer.");
        }
        var headers = new TreeMap<String, String>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Reply(Integer.parseInt(status.substring(9, 12)), headers, "");
    }

    Reply reply(boolean hasBody) throws IOException {
        var head = head();
        if (hasBody && head.header("transfer-encoding").isPresent()) {
            return new Reply(head.status(), head.headers(), chunks());
        }
        int length = hasBody ? Integer.parseInt(head.header("content-length").orElse("0")) : 0;
        var body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Reply(head.status(), head.headers(), body);
    }

    private String chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.writeBytes(in.readNBytes(size));
            line();
        }
        line();
        return body.toString(StandardCharsets.UTF_8);
    }

    /** One line without its end, or the empty string when there is nothing more. */
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Whether the server has closed its side; waits for that or for a byte. */
    boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
