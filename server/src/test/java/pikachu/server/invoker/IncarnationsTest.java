package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pikachu.server.invoker.InvokerFixture.PATIENCE;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import pikachu.core.activations.Status;
import pikachu.core.containers.ContainerFailure;

/** The end of an invoker's life while it runs something, and the next life. */
final class IncarnationsTest {
    private static final int SLOTS = 2;

    private final InvokerFixture fixture = new InvokerFixture(SLOTS);
    private final Logger logger = (Logger) LoggerFactory.getLogger("pikachu.server.invoker");
    private final Log log = new Log();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
        logger.detachAppender(log);
    }

    private void run(int number) {
        var life = fixture.incarnation();
        fixture.driver.hold();
        fixture.order(number, life);
        await().atMost(PATIENCE).until(() -> fixture.driver.requests.size() == 2);
    }

    private void runsAnother() {
        fixture.driver.letRun();
        fixture.driver.closing = () -> {};
        fixture.order(99, fixture.incarnation());
        assertThat(fixture.record(99).status()).isEqualTo(Status.SUCCESS);
    }

    @Test
    void beginsAnewAfterAVerdictAndSaysSo() {
        var life = fixture.incarnation();
        run(1);

        fixture.declareDead(life);

        fixture.awaitOther(life);
        assertThat(log.lines).anyMatch(line -> line.startsWith("event=declared_dead invoker=invoker0"));
        assertThat(log.lines).anyMatch(line -> line.startsWith("event=begun_anew invoker=invoker0"));
        runsAnother();
    }

    @Test
    void beginsAnewAlthoughAContainerCannotBeClosed() {
        fixture.driver.closing = () -> {
            throw new ContainerFailure("It does not die.");
        };
        var life = fixture.incarnation();
        run(1);

        fixture.declareDead(life);

        fixture.awaitOther(life);
        assertThat(log.lines).contains("event=container_survives container=0 reason=\"It does not die.\"");
        runsAnother();
    }

    @Test
    void beginsAnewAlthoughClosingAContainerDoesNotEnd() {
        var never = new CountDownLatch(1);
        fixture.driver.closing = () -> waitFor(never);
        var life = fixture.incarnation();
        run(1);

        fixture.declareDead(life);

        fixture.awaitOther(life);
        assertThat(log.lines).contains("event=containers_left after_ms=10000 containers=1");
        runsAnother();
        never.countDown();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void hearsOfItsDeathBehindAnyNumberOfOrders() {
        var life = fixture.incarnation();
        run(0);
        for (var i = 1; i <= 1_500; i++) {
            fixture.order(i, life);
        }

        fixture.declareDead(life);

        fixture.awaitOther(life);
        runsAnother();
    }

    @Test
    void runsEveryOrderOfALongQueueOnce() {
        var life = fixture.incarnation();
        run(0);
        for (var i = 1; i <= 1_500; i++) {
            fixture.order(i, life);
        }

        fixture.driver.letRun();

        for (var i = 0; i <= 1_500; i++) {
            assertThat(fixture.record(i).status()).isEqualTo(Status.SUCCESS);
        }
        assertThat(fixture.driver.requests.stream().filter(body -> body.startsWith("{\"value\":{}")))
                .hasSize(1_501);
    }

    private static final class Log extends AppenderBase<ILoggingEvent> {
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    }
}
