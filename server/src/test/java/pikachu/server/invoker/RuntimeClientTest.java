package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of runtimes, good and bad, from a scripted peer. */
final class RuntimeClientTest {
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void readsAnAnswerWithItsLengthAndKeepsTheConnection() throws IOException {
        answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 502 Bad\r\ncontent-length:3\r\n\r\nbad");
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThat(text(client.post("/init", List.of(), 10))).isEqualTo("200 {} 2");
            assertThat(text(client.post("/run", List.of(), 10))).isEqualTo("502 bad 3");
        }
    }

    @Test
    void readsAnAnswerInChunks() throws IOException {
        answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThat(text(client.post("/run", List.of(), 10))).isEqualTo("200 abcde 5");
        }
    }

    @Test
    void keepsTheBeginningOfAnAnswerThatIsTooLong() throws IOException {
        answers(
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n");
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThat(text(client.post("/run", List.of(), 4))).isEqualTo("200 abcd 6");
            assertThat(text(client.post("/run", List.of(), 3))).isEqualTo("200 abc 6");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense\r\n\r\n",
                "HTTP/1.1 two OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void callsEverythingElseABrokenConnection(String answer) throws IOException {
        answers(answer);
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThatThrownBy(() -> client.post("/run", List.of(), 10)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesAHeaderWithoutEnd() throws IOException {
        answers("HTTP/1.1 200 OK\r\n" + ("X: " + "y".repeat(1000) + "\r\n").repeat(100));
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThatThrownBy(() -> client.post("/run", List.of(), 10)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void readsAsManyChunksAsItAllowsAndRefusesOneMore() throws IOException {
        var head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        var most = head + "1\r\nx\r\n".repeat(65_536);
        answers(most + "0\r\n\r\n", most + "1\r\nx\r\n0\r\n\r\n");
        try (var client = RuntimeClient.connect(server.getLocalSocketAddress())) {
            assertThat(client.post("/run", List.of(), 1 << 20).body()).hasSize(65_536);
            assertThatThrownBy(() -> client.post("/run", List.of(), 1 << 20))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("65536 chunks");
        }
    }

    /** Answers each request in turn, then hangs up. */
    private void answers(String... answers) {
        Thread.ofVirtual().start(() -> {
            try (var socket = server.accept()) {
                for (var answer : answers) {
                    readHeader(socket.getInputStream());
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void readHeader(java.io.InputStream in) throws IOException {
        var end = 0;
        while (end < 4) {
            var c = in.read();
            end = c == '\r' || c == '\n' ? end + 1 : 0;
        }
    }

    private static String text(RuntimeClient.Response response) {
        return response.status() + " " + new String(response.body(), StandardCharsets.US_ASCII) + " "
                + response.length();
    }
}
