package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.Status;

/** The invoker's loop, its containers and its runner together. */
final class InvokerTest {
    private final InvokerFixture fixture = new InvokerFixture(1);

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void recordsTheRevisionThatRanAndKeepsTheContainerForThat() {
        fixture.code = InvokerFixture.code("0.0.2", 2, InvokerFixture.KIND, "new");

        fixture.order(1, fixture.incarnation());
        var action = fixture.record(1).activation().action();
        fixture.order(2, "0.0.2", 2, fixture.incarnation());

        assertThat(action.version()).isEqualTo("0.0.2");
        assertThat(action.revision()).isEqualTo(2);
        assertThat(fixture.driver.requests.peek())
                .contains("\"code\":\"new\"")
                .contains("\"__OW_ACTION_VERSION\":\"0.0.2\"");
        assertThat(fixture.record(2).status()).isEqualTo(Status.SUCCESS);
        assertThat(fixture.driver.started).hasSize(1);
    }

    @Test
    void runsNoNewerCodeInAContainerThatIsSharedWithTheOld() {
        fixture.code = InvokerFixture.code("0.0.2", 2, InvokerFixture.KIND, "new");

        fixture.order(1, fixture.incarnation());
        fixture.record(1);
        fixture.order(2, fixture.incarnation());

        assertThat(fixture.record(2).activation().action().version()).isEqualTo("0.0.2");
        assertThat(fixture.driver.started).hasSize(2);
    }

    @Test
    void refusesCodeOfAnotherKindThanTheContainerIsFor() {
        fixture.code = InvokerFixture.code("0.0.2", 2, "nodejs:20", "new");

        fixture.order(1, fixture.incarnation());

        var record = fixture.record(1);
        assertThat(record.status()).isEqualTo(Status.APPLICATION_ERROR);
        assertThat(record.result().toString()).contains("from kind 'python:3.11' to 'nodejs:20'");
        assertThat(record.activation().action().version()).isEqualTo("0.0.1");
        assertThat(fixture.driver.requests).isEmpty();
    }
}
