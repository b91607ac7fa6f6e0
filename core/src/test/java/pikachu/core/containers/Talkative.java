package pikachu.core.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A runtime for tests: whatever Python program comes in over the control socket is run in the container, and what it
 * prints is the answer.
 */
final class Talkative {
    private static final String RUNTIME = """
            import contextlib, io, os, socket, sys, threading, traceback
            kind, where = sys.argv[-2:]
            if kind == "--unix":
                listener = socket.socket(socket.AF_UNIX)
                listener.bind(where)
            else:
                host, port = where.rsplit(":", 1)
                listener = socket.create_server((host, int(port)))
            listener.listen(64)
            kept = []
            def answer(connection):
                with connection:
                    program = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
                    printed = io.StringIO()
                    say = lambda *words: print(*words, file=printed)
                    try:
                        exec(program, {"say": say, "os": os, "sys": sys, "socket": socket, "kept": kept})
                    except Exception:
                        say(traceback.format_exc())
                    try:
                        connection.sendall(printed.getvalue().encode())
                        connection.shutdown(socket.SHUT_RDWR)  # children have it open too
                    except OSError:
                        pass  # nobody waits for the answer
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=(connection,), daemon=True).start()
            """;

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private Talkative() {}

    /** @param mark an argument by which the test finds the container's processes on the machine */
    static RuntimeCommand command(String mark) {
        return new RuntimeCommand(
                "python:default", List.of("/usr/bin/python3", "-S", "-E", "-I", "-u", "-c", RUNTIME, mark));
    }

    /** Waits until the runtime listens. */
    static void awaitListening(Container container) {
        Awaitility.await()
                .atMost(DEADLINE)
                .pollInterval(Duration.ofMillis(2))
                .ignoreExceptions()
                .until(() -> {
                    connect(container).close();
                    return true;
                });
    }

    /** Runs a program in the container; {@code say} in it answers. */
    static String ask(Container container, String program) {
        try (var channel = connect(container)) {
            channel.write(ByteBuffer.wrap(program.getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Lets the container do something that ends it or takes long, and does not wait for the answer. */
    static void tell(Container container, String program) {
        try (var channel = connect(container)) {
            channel.write(ByteBuffer.wrap(program.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static SocketChannel connect(Container container) throws IOException {
        var address = container.control();
        var family =
                address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
        var channel = SocketChannel.open(family);
        try {
            channel.connect(address);
            return channel;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }
}
