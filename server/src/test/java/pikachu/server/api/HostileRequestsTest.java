package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.activations.Status;
import pikachu.server.controller.Invocations.Answer;

/** What no well-meaning client sends. After each the server must still answer others. */
final class HostileRequestsTest {
    private final ApiFixture api = ApiFixture.impatient(Duration.ofMillis(500), Duration.ofSeconds(15));

    @AfterEach
    void stillAnswersOthers() {
        assertThat(api.get("/ping").body()).isEqualTo("pong");
        api.close();
    }

    private RawHttp.Reply raw(String request) throws IOException {
        try (var http = new RawHttp(api.server.port())) {
            http.send(request);
            return http.reply(true);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /ping HTTP/1.1\r\nHost: x\r\nNo colon here\r\n\r\n",
                "GET /pi ng HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /ping HTTP/1.1\r\n\r\n",
                "GET /ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
                "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /ping?a=\"%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            })
    void refusesWhatIsNoHttp(String request) throws IOException {
        var reply = raw(request);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isNotEmpty();
        assertThat(reply.header("x-request-id")).isPresent();
    }

    @Test
    void refusesALongUri() throws IOException {
        var reply = raw("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(reply.status()).isIn(400, 414);
    }

    @Test
    void refusesManyHeaders() throws IOException {
        var reply = raw("GET /ping HTTP/1.1\r\nHost: x\r\n" + "X-Y: zzzzzzzzzzzzzzzzzzzz\r\n".repeat(5_000) + "\r\n");

        assertThat(reply.status()).isIn(400, 431);
    }

    @Test
    void refusesAHugeBodyBeforeItIsSent() throws IOException {
        var reply = raw("PUT /api/v1/namespaces/_/actions/a HTTP/1.1\r\nHost: x\r\n" + ApiFixture.AUTHORIZATION
                + "\r\nContent-Length: 99999999999\r\n\r\n");

        assertThat(reply.status()).isEqualTo(413);
    }

    @Test
    void refusesAnEndlessChunkedBody() throws IOException {
        var head = "POST /api/v1/namespaces/_/actions/a HTTP/1.1\r\nHost: x\r\n" + ApiFixture.AUTHORIZATION
                + "\r\nTransfer-Encoding: chunked\r\n\r\n";
        var chunk = "10000\r\n" + "x".repeat(65_536) + "\r\n";

        var reply = raw(head + chunk.repeat(20) + "0\r\n\r\n");

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.error()).startsWith("Request larger than allowed: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /ping HTTP/1.1\r\nHost: x\r\n",
                "PUT /api/v1/namespaces/_/actions/a HTTP/1.1\r\nHost: x\r\n" + "AUTH\r\nContent-Length: 10\r\n\r\n{",
                "GET /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
            })
    void endsAConnectionWhoseRequestDoesNotArriveInTime(String start) throws IOException {
        try (var http = new RawHttp(api.server.port())) {
            http.send(start.replace("AUTH", ApiFixture.AUTHORIZATION));
            long began = System.nanoTime();

            while (!http.isClosedByServer()) {
                assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(15));
            }
        }
    }

    @Test
    void waitsLongerForAnActionThanForAClient() throws Exception {
        api.put("/api/v1/namespaces/_/actions/a", ApiFixture.PYTHON);
        var waiting = new CountDownLatch(1);
        api.invocations.script = request -> {
            try {
                // three times as long as a client may take, and then some checks of the deadlines
                assertThat(waiting.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Answer.Finished(ScriptedInvocations.record(request, Status.SUCCESS, request.arguments()));
        };

        assertThat(api.post("/api/v1/namespaces/_/actions/a?blocking=true", "{}")
                        .status())
                .isEqualTo(200);
    }
}
