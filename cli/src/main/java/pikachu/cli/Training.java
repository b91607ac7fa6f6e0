package pikachu.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs a few commands against canned answers, so that a JVM that writes its AOT cache meanwhile finds in there what
 * commands need. A cache of {@code --help} alone lacks JSON and HTTP and saves a third as much.
 */
@Command(name = "train", hidden = true)
final class Training implements Callable<Integer> {
    private static final List<List<String>> COMMANDS = List.of(
            List.of("--help"),
            List.of("instance", "list"),
            List.of("activation", "list"),
            List.of("action", "list"),
            List.of("action", "invoke", "a", "-r", "-p", "n", "39"),
            List.of("action", "invoke", "a", "-p", "instanceID", "myname0"));
    private static final String BODY =
            "[{\"name\":\"a\",\"annotations\":[{\"key\":\"kind\",\"value\":\"python:3\"}],\"start\":1.5}]";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;

    @Override
    public Integer call() throws IOException {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("canned-answers").start(() -> serve(server));
            var environment = Map.of("WHISK_APIHOST", "127.0.0.1:" + server.getLocalPort(), "HOME", "/nonexistent");
            return COMMANDS.stream()
                    .mapToInt(words -> Pikachu.run(environment, nowhere, nowhere, words.toArray(String[]::new)))
                    .max()
                    .orElse(0);
        }
    }

    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                // no more is read than is there: these requests fit into one segment
                var request = new byte[1 << 16];
                if (socket.getInputStream().read(request) > 0) {
                    socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                // the training is over and has closed the server, or this client went away: the next one is served
            }
        }
    }
}
