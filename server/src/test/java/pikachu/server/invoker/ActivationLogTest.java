package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ActivationLogTest {
    private static final String END = new String(LogStream.SENTINEL, StandardCharsets.US_ASCII) + "\n";

    private final ActivationLog log = new ActivationLog();

    @Test
    void collectsTheLinesOfBothStreamsWithTheirTime() {
        log.begin(1000);
        feed("stdout", "one\ntwo\n" + END);
        feed("stderr", "three\n" + END);

        var collected = log.collect(5_000);

        assertThat(collected.isWhole()).isTrue();
        assertThat(collected.lines()).hasSize(3);
        assertThat(collected.lines())
                .allMatch(line ->
                        line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z (stdout|stderr): \\w+"));
    }

    @Test
    void findsTheSentinelBehindOutputThatLacksItsNewline() {
        log.begin(1000);
        feed("stdout", "no newline" + END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).singleElement().asString().endsWith("stdout: no newline");
    }

    @Test
    void keepsNoMoreThanTheLimitAndSaysSo() {
        log.begin(100);
        feed("stdout", "x".repeat(60) + "\n" + "y".repeat(60) + "\n" + END);
        feed("stderr", END);

        var lines = log.collect(5_000).lines();

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("xxx");
        assertThat(lines.get(1))
                .contains("stderr: Logs were truncated because the total bytes size exceeds the limit of 100 bytes.");
    }

    @Test
    void cutsALineWithoutEnd() {
        log.begin(1_000_000);
        feed("stdout", "z".repeat(100_000) + "\n" + END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).hasSizeGreaterThan(5).allMatch(line -> line.length() < 17_000);
    }

    @Test
    void saysWhenAStreamDoesNotComeToItsEnd() {
        log.begin(1000);
        feed("stdout", "one\n" + END);

        var collected = log.collect(1);

        assertThat(collected.isWhole()).isFalse();
        assertThat(collected.lines().getLast()).contains("There was an issue while collecting your logs.");
    }

    @Test
    void dropsWhatCameBetweenTwoActivations() {
        log.begin(1000);
        log.add("stdout", "before");
        log.begin(1000);
        feed("stdout", END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).isEmpty();
    }

    private void feed(String stream, String text) {
        // The end of the input counts as an end too, so a fresh stream is fed up to its sentinel only.
        new LogStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), stream, log).readToEnd();
    }
}
