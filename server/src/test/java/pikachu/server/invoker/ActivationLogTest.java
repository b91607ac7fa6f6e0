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

    @Test
    void countsWhatTheRecordHoldsOfALineAndNotOnlyWhatWasPrinted() {
        log.begin(400);
        feed("stdout", "\n".repeat(1000) + END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).hasSize(11);
    }

    @Test
    void countsBytesAndNotCharacters() {
        log.begin(150);
        feed("stdout", "é".repeat(60) + "\n" + END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).singleElement().asString().contains("exceeds the limit of 150 bytes");
    }

    @Test
    void keepsTextOutsideAsciiAsItIs() {
        log.begin(1000);
        feed("stdout", "é\u20ac\uD83D\uDE00\n" + END);
        feed("stderr", END);

        assertThat(log.collect(5_000).lines()).singleElement().asString().endsWith("stdout: é\u20ac\uD83D\uDE00");
    }

    @Test
    void saysWhenAllLogsTogetherTakeTooMuch() {
        var budget = new LogBudget(1000);
        var chatty = new ActivationLog(budget);
        var late = new ActivationLog(budget);
        chatty.begin(1_000_000);
        late.begin(1_000_000);
        chatty.add("stdout", "x".repeat(800));
        late.add("stdout", "y".repeat(800));
        late.add("stdout", "and more");

        assertThat(late.collect(1).lines().getFirst())
                .contains("stderr: Logs were truncated because the logs of all running activations together exceed");
        assertThat(chatty.collect(1).lines().getFirst()).endsWith("x".repeat(800));
    }

    @Test
    void givesBackItsShareWhenCollectedAndWhenBegunAgain() {
        var budget = new LogBudget(1000);
        var one = new ActivationLog(budget);
        for (var i = 0; i < 5; i++) {
            one.begin(1_000_000);
            one.add("stdout", "x".repeat(800));
        }
        assertThat(one.collect(1).lines().getFirst()).endsWith("x".repeat(800));
        one.add("stdout", "nobody's");

        assertThat(budget.take(1000)).isTrue();
    }

    private void feed(String stream, String text) {
        // The end of the input counts as an end too, so a fresh stream is fed up to its sentinel only.
        new LogStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), stream, log).readToEnd();
    }
}
