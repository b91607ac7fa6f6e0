package pikachu.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.runtime.Client;

/** Framing, kept connections, several clients, broken ones; the handler answers with what it was sent. */
class ServerTest {
    private static final int MIB = 1 << 20;
    private static final String POST = "POST /run HTTP/1.1\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    @TempDir
    Path folder;

    private final CountDownLatch gate = new CountDownLatch(1);
    private ServerSocketChannel listener;

    @BeforeEach
    void start() throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
        var server = new Server(listener, this::answer);
        var thread = new Thread(() -> {
            try {
                server.serve();
            } catch (IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private Answer answer(String path, Body body) {
        try {
            var bytes = body.readAllBytes();
            if (new String(bytes, StandardCharsets.US_ASCII).equals("wait")) {
                gate.await();
            }
            return new Answer(path.equals("/run") ? 200 : 502, bytes);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @AfterEach
    void stop() throws IOException {
        gate.countDown();
        listener.close();
    }

    private Client connect() throws IOException {
        return Client.connect(UnixDomainSocketAddress.of(folder.resolve("s")));
    }

    private void assertWell() throws IOException {
        try (var client = connect()) {
            assertThat(client.ask("/run", "well").body()).isEqualTo("well");
        }
    }

    @Test
    void statesLengthAndTypeInEveryAnswer() throws IOException {
        try (var client = connect()) {
            for (var path : List.of("/run", "/init", "/none")) {
                assertThat(client.ask(path, "{}").head()).contains("content-type: application/json");
            }
        }
    }

    @Test
    void knowsTwoPathsAndOneMethod() throws IOException {
        try (var client = connect()) {
            assertThat(client.ask("/", "").status()).isEqualTo(404);
            assertThat(client.ask("/runs", "").status()).isEqualTo(404);
            assertThat(client.ask("/run?x=1", "").status()).isEqualTo(200);
            client.send("GET /run HTTP/1.1\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(405);
        }
    }

    @Test
    void keepsTheConnectionAsAsked() throws IOException {
        assertKept("HTTP/1.1", "", true);
        assertKept("HTTP/1.1", "Connection: keep-alive\r\n", true);
        assertKept("HTTP/1.1", "Connection: close\r\n", false);
        assertKept("HTTP/1.1", "connection: TE, Close\r\n", false);
        assertKept("HTTP/1.0", "", false);
        assertKept("HTTP/1.0", "Connection: Keep-Alive\r\n", true);
    }

    private void assertKept(String version, String header, boolean kept) throws IOException {
        try (var client = connect()) {
            for (int count = 0; count < (kept ? 2 : 1); count++) {
                client.send("POST /run " + version + "\r\n" + header + "Content-Length: 2\r\n\r\nhi");
                assertThat(client.reply().body()).isEqualTo("hi");
            }
            assertThat(kept || client.isClosedByPeer()).as(version + header).isTrue();
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        try (var client = connect()) {
            var all = new StringBuilder();
            for (int number = 0; number < 50; number++) {
                all.append(new String(
                        Client.request("/run", ("" + number).getBytes(StandardCharsets.US_ASCII)),
                        StandardCharsets.US_ASCII));
            }
            client.send(all.toString());
            for (int number = 0; number < 50; number++) {
                assertThat(client.reply().body()).isEqualTo("" + number);
            }
        }
    }

    @Test
    void answersAClientThatHasFinishedSending() throws IOException {
        try (var client = connect()) {
            client.send(Client.request("/run", new byte[] {'a'}));
            client.finishSending();
            assertThat(client.reply().body()).isEqualTo("a");
        }
    }

    @Test
    void answersOthersWhileOneCallGoesOn() throws IOException {
        try (var client = connect()) {
            client.send(Client.request("/run", "wait".getBytes(StandardCharsets.US_ASCII)));
            assertWell();
            gate.countDown();
            assertThat(client.reply().body()).isEqualTo("wait");
        }
    }

    @Test
    void takesARequestInAnyPieces() throws IOException {
        var data = Client.request("/run", "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8));
        try (var client = connect()) {
            for (int size : new int[] {1, 2, 7, data.length - 1}) {
                for (int start = 0; start < data.length; start += size) {
                    client.send(java.util.Arrays.copyOfRange(data, start, Math.min(start + size, data.length)));
                }
                assertThat(client.reply().body()).isEqualTo("{\"a\":\"é\"}");
            }
        }
    }

    @Test
    void takesChunkedBodies() throws IOException {
        var body = "x".repeat(600_000);
        try (var client = connect()) {
            for (int size : new int[] {1000, 65536, body.length()}) {
                var text = new StringBuilder(CHUNKED.replace("chunked", "Chunked"));
                for (int start = 0; start < body.length(); start += size) {
                    var chunk = body.substring(start, Math.min(start + size, body.length()));
                    text.append(Integer.toHexString(chunk.length()))
                            .append(" ;a=b\r\n")
                            .append(chunk)
                            .append("\r\n");
                }
                text.append("0\r\nSome: trailer\r\n\r\n");
                client.send(text.toString());
                assertThat(client.reply().body()).isEqualTo(body);
            }
        }
    }

    @Test
    void invitesAClientThatExpectsTo() throws IOException {
        var head = POST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        try (var client = connect()) {
            client.send(head);
            assertThat(client.some(25)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("hi");
            assertThat(client.reply().body()).isEqualTo("hi");
            client.send(head + "hi");
            assertThat(client.reply().body()).isEqualTo("hi");
        }
    }

    @Test
    void refusesWhatIsOverTheLimitAndIsSeenToEvenByOneWhoGoesOnSending() throws IOException {
        assertRefused(POST + "Content-Length: " + (100 * MIB + 1) + "\r\n\r\n", 413);
        assertRefused(POST + "Expect: 100-continue\r\nContent-Length: 99999999999999\r\n\r\n", 413);
        assertRefused(CHUNKED + Integer.toHexString(100 * MIB + 1) + "\r\n", 413);
        assertRefused(CHUNKED + "fffffffffffffff\r\n", 413);
        assertRefused(POST + "A: " + "b".repeat(65536), 431);
        assertRefused("P".repeat(65600), 431);
        assertRefused(CHUNKED + "0\r\n" + "a: b\r\n".repeat(20000), 431);
        assertWell();
    }

    private void assertRefused(String data, int status) throws IOException {
        try (var client = connect()) {
            client.send(data);
            client.send("x".repeat(MIB));
            assertThat(client.reply().status())
                    .as(data.substring(0, Math.min(data.length(), 60)))
                    .isEqualTo(status);
            client.finishSending();
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void carriesLargeBodiesBothWays() throws IOException {
        var body = "y".repeat(20 * MIB + 3);
        try (var client = connect()) {
            assertThat(client.ask("/run", body).body().equals(body)).isTrue();
        }
    }

    @Test
    void refusesMalformedRequestsAndCloses() throws IOException {
        assertMalformed("\u0016\u0003\u0001\u0002\u0000", 400);
        assertMalformed("GET / HTTP/1.1\n\n", 400);
        assertMalformed("POST /run\r\n\r\n", 400);
        assertMalformed("POST  /run HTTP/1.1\r\n\r\n", 400);
        assertMalformed("POST /run HTTP/2.0\r\n\r\n", 400);
        assertMalformed("POST /run HTTP/1.1 \r\n\r\n", 400);
        assertMalformed("P(ST /run HTTP/1.1\r\n\r\n", 400);
        assertMalformed(POST + "No colon\r\n\r\n", 400);
        assertMalformed(POST + "Space : x\r\n\r\n", 400);
        assertMalformed(POST + ": x\r\n\r\n", 400);
        assertMalformed(POST + "A: b\r\n folded\r\n\r\n", 400);
        assertMalformed(POST + "A: b\nC: d\r\n\r\n", 400);
        assertMalformed(POST + "Content-Length: x\r\n\r\n", 400);
        assertMalformed(POST + "Content-Length: -1\r\n\r\n", 400);
        assertMalformed(POST + "Content-Length: +1\r\n\r\n", 400);
        assertMalformed(POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400);
        assertMalformed(POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        assertMalformed("POST /run HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        assertMalformed(POST + "Transfer-Encoding: gzip\r\n\r\n", 501);
        assertMalformed(POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
        assertMalformed(POST + "Expect: miracles\r\n\r\n", 417);
        assertMalformed(CHUNKED + "x\r\n", 400);
        assertMalformed(CHUNKED + "\r\n", 400);
        assertMalformed(CHUNKED + "-1\r\n", 400);
        assertMalformed(CHUNKED + "2\r\nabc\r\n", 400);
        assertMalformed(CHUNKED + "1".repeat(5000), 400);
        assertWell();
    }

    private void assertMalformed(String data, int status) throws IOException {
        try (var client = connect()) {
            client.send(data);
            assertThat(client.reply().status()).as(data).isEqualTo(status);
            client.finishSending();
            assertThat(client.isClosedByPeer()).as(data).isTrue();
        }
    }

    @Test
    void survivesClientsThatLeaveOrStopAtAnyPoint() throws IOException {
        var data = Client.request("/run", "y".repeat(300).getBytes(StandardCharsets.US_ASCII));
        var waiting = new ArrayList<Client>();
        for (int length = 0; length <= data.length; length += 13) {
            try (var client = connect()) {
                client.send(java.util.Arrays.copyOf(data, length));
            }
            var patient = connect();
            patient.send(java.util.Arrays.copyOf(data, Math.min(length, data.length - 1)));
            waiting.add(patient);
        }
        assertWell();
        for (var client : waiting) {
            client.close();
        }
    }

    @Test
    void servesMoreClientsThanItTakesAtATime() throws IOException {
        var clients = new ArrayList<Client>();
        for (int count = 0; count < 300; count++) {
            var client = connect();
            client.send(Client.request("/run", new byte[] {'a'}, "Connection: close"));
            clients.add(client);
        }
        for (var client : clients) {
            assertThat(client.reply().body()).isEqualTo("a");
            client.close();
        }
    }

    @Test
    void answersWholeOrNotAtAllWhateverItIsSent() throws IOException {
        long seed = Long.getLong("pikachu.seed", 20261L);
        var chance = new Random(seed);
        var good = List.of(
                new String(Client.request("/run", "{}".getBytes(StandardCharsets.US_ASCII)), StandardCharsets.US_ASCII),
                CHUNKED + "2\r\n{}\r\n0\r\n\r\n",
                new String(
                        Client.request("/init", "{}".getBytes(StandardCharsets.US_ASCII), "Connection: keep-alive"),
                        StandardCharsets.US_ASCII));
        for (int number = 0; number < 1000; number++) {
            var data = new StringBuilder(good.get(chance.nextInt(good.size())));
            for (int count = chance.nextInt(1, 6); count > 0; count--) {
                mutate(chance, data);
            }
            try (var client = connect()) {
                client.send(data.toString());
                client.finishSending();
                assertSound(client, "seed " + seed + ", number " + number + ": " + data);
            }
        }
        assertWell();
    }

    private static void mutate(Random chance, StringBuilder data) {
        int where = chance.nextInt(data.length() + 1);
        var signs = List.of("\r\n", "\r", "\n", "\0", ":", " ", "0", "f", "\r\n\r\n");
        switch (chance.nextInt(4)) {
            case 0 -> data.replace(where, Math.min(where + 1, data.length()), "" + (char) chance.nextInt(256));
            case 1 -> data.delete(where, Math.min(where + chance.nextInt(1, 20), data.length()));
            case 2 -> data.insert(where, signs.get(chance.nextInt(signs.size())));
            default -> data.insert(where, data.substring(0, Math.min(chance.nextInt(40), data.length())));
        }
    }

    private static void assertSound(Client client, String what) throws IOException {
        try {
            while (true) {
                assertThat(client.reply().status()).as(what).isIn(100, 200, 400, 404, 405, 413, 417, 431, 501, 502);
            }
        } catch (EOFException end) {
            assertThat(client.isClosedByPeer()).as(what).isTrue();
        }
    }
}
