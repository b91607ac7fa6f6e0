package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.Status;
import pikachu.server.controller.Invocations.Answer;

final class ClosingTest {
    private final ApiFixture api = ApiFixture.standalone();

    @Test
    void answersWhatIsInFlightWhenItCloses() throws Exception {
        api.put("/api/v1/namespaces/_/actions/a", ApiFixture.PYTHON);
        var arrived = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        api.invocations.script = request -> {
            arrived.countDown();
            try {
                assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Answer.Finished(ScriptedInvocations.record(request, Status.SUCCESS, request.arguments()));
        };
        try (var http = new RawHttp(api.server.port())) {
            http.send("POST /api/v1/namespaces/_/actions/a?blocking=true HTTP/1.1\r\nHost: x\r\n"
                    + ApiFixture.AUTHORIZATION + "\r\n\r\n");
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            var closing = Thread.ofVirtual().start(api.server::close);
            await().until(() -> !accepts(api.server.port()));

            release.countDown();

            assertThat(http.reply(true).status()).isEqualTo(200);
            assertThat(closing.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new java.net.Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
