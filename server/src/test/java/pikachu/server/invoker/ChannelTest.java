package pikachu.server.invoker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static pikachu.server.invoker.ChannelEntries.running;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;

@Timeout(30)
class ChannelTest {
    private static final String OK = "{\"ok\":true}";

    @TempDir
    Path folder;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile List<Entry> present = List.of();
    private Channel channel;

    @BeforeEach
    void bind() {
        channel = new Channel(folder, new Heard(), () -> present);
        channel.bind();
    }

    @AfterEach
    void close() {
        channel.close();
    }

    @Test
    void passesOnWhatAnInstanceSaysOfItself() throws IOException {
        try (var client = connect()) {
            assertThat(client.ask("{\"state\":\"leaving\", \"attributes\": {\"a\" : [1, 2.50, 1e400] }}"))
                    .isEqualTo(OK);
            awaitHeard("LEAVING {\"a\":[1,2.50,1E+400]}");
        }
    }

    @Test
    void showsWhatAnInstanceWaitsForAsLongAsItWaits() throws IOException {
        try (var client = connect()) {
            client.ask("{\"attributes\":{\"a\":1}}");
            awaitHeard("- {\"a\":1}");
            client.ask("{\"state\":\"waiting\",\"for\":\"b \\n\\\"\"}");
            awaitHeard("WAITING {\"a\":1,\"waits_for\":\"b \\n\\\"\"}");
            client.ask("{\"state\":\"running\"}");
            awaitHeard("RUNNING {\"a\":1}");
            client.ask("{\"state\":\"waiting\"}");
            awaitHeard("WAITING -");
        }
    }

    @Test
    void appliesTheLastOfManyChangesAndNoMoreThanTenASecond() throws IOException {
        long began = System.nanoTime();
        try (var client = connect()) {
            for (int i = 0; i < 150; i++) {
                assertThat(client.ask("{\"attributes\":{\"n\":" + i + "}}")).isEqualTo(OK);
            }
            await().atMost(5, SECONDS)
                    .untilAsserted(() -> assertThat(heard).last().isEqualTo("- {\"n\":149}"));
        }
        long tenths = (System.nanoTime() - began) / 100_000_000;
        assertThat(heard.size()).isLessThanOrEqualTo((int) tenths + 2);
    }

    @Test
    void addsUpAllCounts() throws IOException {
        try (var client = connect()) {
            client.ask(
                    "{\"counts\":{\"messages_sent\":1,\"bytes_sent\":2,\"messages_received\":3,\"bytes_received\":4}}");
            client.ask("{\"counts\":{\"bytes_sent\":9007199254740992}}");
            assertThat(heard)
                    .containsExactly(
                            "Counts[messagesSent=1, bytesSent=2, messagesReceived=3, bytesReceived=4]",
                            "Counts[messagesSent=0, bytesSent=9007199254740992, messagesReceived=0, bytesReceived=0]");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "null",
                "{}",
                "{\"unknown\":1}",
                "{} {}",
                "{\"state\":\"gone\"}",
                "{\"state\":\"starting\"}",
                "{\"state\":1}",
                "{\"state\":null}",
                "{\"state\":\"running\",\"for\":\"x\"}",
                "{\"for\":\"x\"}",
                "{\"state\":\"waiting\",\"for\":7}",
                "{\"state\":\"running\",\"state\":\"waiting\"}",
                "{\"attributes\":[]}",
                "{\"attributes\":null}",
                "{\"attributes\":{\"a\":\"\\ud800\"}}",
                "{\"attributes\":{\"\\udc00\":1}}",
                "{\"attributes\":{\"a\":[{\"b\":\"\\ud800\"}]}}",
                "{\"state\":\"waiting\",\"for\":\"\\ud800\"}",
                "{\"attributes\":{\"a\":NaN}}",
                "{\"attributes\":{\"a\":\"\t\"}}",
                "{\"counts\":{\"bytes_sent\":-1}}",
                "{\"counts\":{\"bytes_sent\":1.5}}",
                "{\"counts\":{\"bytes_sent\":1e3}}",
                "{\"counts\":{\"bytes_sent\":9007199254740993}}",
                "{\"counts\":{\"bytes_sent\":99999999999999999999999}}",
                "{\"watch\":false}",
            })
    void answersWhatItDoesNotUnderstandWithAnErrorAndGoesOn(String request) throws IOException {
        try (var client = connect()) {
            assertThat(client.ask(request)).startsWith("{\"error\":\"");
            assertThat(client.ask("{\"state\":\"running\",\"unknown\":1}")).isEqualTo(OK);
            awaitHeard("RUNNING -");
            assertThat(heard).hasSize(1);
        }
    }

    @Test
    void refusesAttributesOfMoreThanAKibibyteOnceCompact() throws IOException {
        try (var client = connect()) {
            var blanks = " ".repeat(2000);
            assertThat(client.ask("{\"attributes\":{" + blanks + "\"a\":\"" + "x".repeat(1016) + "\"}}"))
                    .isEqualTo(OK);
            assertThat(client.ask("{\"attributes\":{\"a\":\"" + "x".repeat(1017) + "\"}}"))
                    .contains("1025 bytes");
            assertThat(client.ask("{\"attributes\":{\"a\":\"" + "é".repeat(509) + "\"}}"))
                    .contains("1026 bytes");
        }
    }

    @Test
    void leavesOutWhatItWaitsForWhenAttributesLeaveNoRoom() throws IOException {
        try (var client = connect()) {
            var full = "{\"a\":\"" + "x".repeat(1016) + "\"}";
            client.ask("{\"state\":\"waiting\",\"for\":\"b\",\"attributes\":" + full + "}");
            awaitHeard("WAITING " + full);
        }
    }

    @Test
    void closesAConnectionThatSendsTooLongALine() throws IOException {
        try (var client = connect()) {
            client.send("x".repeat(4097));
            assertThat(client.rest()).singleElement().asString().contains("at most 4096 bytes");
        }
    }

    @Test
    void closesAConnectionAfterSixteenErrors() throws IOException {
        try (var client = connect()) {
            client.send("garbage\n".repeat(50));
            assertThat(client.rest()).hasSize(16).allMatch(line -> line.startsWith("{\"error\":"));
        }
    }

    @Test
    void survivesRandomBytes() throws IOException {
        var random = new Random(9);
        for (int i = 0; i < 100; i++) {
            var bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            try (var client = connectWhenThereIsRoom()) {
                client.send(bytes);
                client.endInput();
                client.rest();
            } catch (IOException _) {
                // closed for too many errors while we were still writing
            }
        }
        assertThat(heard).isEmpty();
        try (var client = connectWhenThereIsRoom()) {
            assertThat(client.ask("{\"state\":\"running\"}")).isEqualTo(OK);
        }
    }

    @Test
    void survivesDeeplyNestedJson() throws IOException {
        try (var client = connect()) {
            assertThat(client.ask("{\"attributes\":" + "{\"a\":".repeat(800) + "1" + "}".repeat(801)))
                    .startsWith("{\"error\":");
        }
    }

    @Test
    void refusesANinthConnection() throws IOException {
        var clients = new ArrayList<ChannelClient>();
        for (int i = 0; i < 8; i++) {
            clients.add(connect());
        }
        try (var ninth = new ChannelClient(channel.path())) {
            assertThat(ninth.rest()).singleElement().asString().contains("8 connections");
        }
        clients.getFirst().close();
        try (var another = connectWhenThereIsRoom()) {
            assertThat(another.ask("{\"state\":\"running\"}")).isEqualTo(OK);
        }
        for (var client : clients) {
            client.close();
        }
    }

    @Test
    void answersAllBeforeItClosesAfterTheEndOfInput() throws IOException {
        try (var client = connect()) {
            client.send("{\"state\":\"running\"}\n".repeat(100));
            client.endInput();
            assertThat(client.rest()).hasSize(100).containsOnly(OK);
        }
    }

    @Test
    void pushesTheEntriesThereAreAndThenEveryChange() throws IOException {
        present = List.of(running("a"), running("b").saying(new JsonText("{\"x\":\n1.50}")));
        try (var client = connect()) {
            assertThat(client.ask("{\"watch\":true}")).isEqualTo(OK);
            assertThat(client.line())
                    .isEqualTo("{\"entry\":{\"id\":\"a\",\"epoch\":\"1099511627781\",\"state\":\"running\","
                            + "\"address\":\"100.64.0.1\",\"port\":65433,\"invoker\":0,"
                            + "\"activation\":\"00112233445566778899aabbccddeeff\",\"deadline_ms\":1790000000000}}");
            assertThat(client.line()).contains("\"b\"").contains("\"attributes\":{\"x\": 1.50}");
            assertThat(client.line()).isEqualTo("{\"present\":2}");
            channel.push(List.of(running("a").gone(Ending.HOST_LOST)));
            assertThat(client.line()).contains("\"state\":\"gone\",\"how\":\"host-lost\"");
            assertThat(client.ask("{\"watch\":true}")).isEqualTo(OK);
            assertThat(client.ask("{\"state\":\"running\"}")).isEqualTo(OK);
        }
    }

    @Test
    void closesAWatcherThatDoesNotReadAndKeepsTheOthers() throws IOException {
        try (var slow = connect();
                var quick = connect()) {
            slow.ask("{\"watch\":true}");
            slow.line();
            quick.ask("{\"watch\":true}");
            quick.line();
            var large = running("a").saying(new JsonText("{\"x\":\"" + "y".repeat(1000) + "\"}"));
            for (int i = 0; i < 3000; i++) {
                channel.push(List.of(large));
                assertThat(quick.line()).contains("yyy");
            }
            assertThat(slow.rest()).hasSizeBetween(1, 2000);
            assertThat(quick.ask("{\"state\":\"running\"}")).isEqualTo(OK);
        }
    }

    @Test
    void sendsALargeDirectoryToWhoeverReads() throws IOException {
        present = IntStream.range(0, 20_000).mapToObj(i -> running("i" + i)).toList();
        try (var client = connect()) {
            client.ask("{\"watch\":true}");
            int entries = 0;
            while (!client.line().equals("{\"present\":20000}")) {
                entries++;
            }
            assertThat(entries).isEqualTo(20_000);
        }
    }

    @Test
    void forgetsEverythingBetweenTwoActivations() throws IOException {
        try (var before = connect()) {
            before.ask("{\"state\":\"waiting\",\"for\":\"x\"}");
            awaitHeard("WAITING {\"waits_for\":\"x\"}");
            before.ask("{\"attributes\":{\"late\":true}}");
            channel.reset();
            heard.clear();
            assertThat(before.rest()).isEmpty();
        }
        try (var after = connect()) {
            after.ask("{\"attributes\":{\"a\":1}}");
            awaitHeard("- {\"a\":1}");
            assertThat(heard).hasSize(1);
        }
    }

    @Test
    void leavesNothingBehindAndCanBeClosedTwice() throws IOException {
        try (var client = connect()) {
            channel.close();
            channel.close();
            assertThat(client.rest()).isEmpty();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesThePlaceOfASocketThatADeadInvokerLeft() throws IOException {
        channel.close();
        Files.createFile(channel.path());
        channel = new Channel(folder, new Heard(), List::of);
        channel.bind();
        connect().close();
    }

    @Test
    void saysWhyItCannotListenAndCanBeClosedThen() {
        var nowhere = new Channel(folder.resolve("nowhere"), new Heard(), List::of);
        assertThatThrownBy(nowhere::bind)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Does the folder exist");
        nowhere.close();
    }

    @Test
    void saysThatThePathIsTooLong() {
        var deep = folder.resolve("x".repeat(110));
        assertThatThrownBy(() -> new Channel(deep, new Heard(), List::of))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 107");
    }

    @Test
    void isSpokenByPythonAsTheDocumentationShowsIt() throws Exception {
        present = List.of(running("a"));
        var program = DocumentedSnippet.of("channel.md", "channel.py") + """

                import sys
                channel = Channel(sys.argv[1])
                channel.ask(state="waiting", **{"for": "myname1"})
                channel.ask(watch=True)
                channel.ask(attributes={"role": "leader é"})
                channel.ask(counts={"messages_sent": 3})
                try:
                    channel.ask(attributes={"x": "y" * 2000})
                    raise SystemExit("no error")
                except ValueError as error:
                    print(error)
                while {"present": 1} not in channel.pushed:
                    channel.pushed.append(channel.next_line())
                print(channel.pushed[0]["entry"]["id"])
                """;
        var python = new ProcessBuilder("python3", "-c", program, folder.toString())
                .redirectErrorStream(true)
                .start();
        var output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor(20, SECONDS)).isTrue();
        assertThat(output).isEqualTo("Attributes have 2008 bytes, at most 1024 are kept.\na\n");
        await().atMost(5, SECONDS)
                .untilAsserted(() -> assertThat(heard)
                        .last()
                        .asString()
                        .endsWith("{\"role\":\"leader é\",\"waits_for\":\"myname1\"}"));
    }

    private void awaitHeard(String what) {
        await().atMost(5, SECONDS).untilAsserted(() -> assertThat(heard).contains(what));
    }

    private ChannelClient connect() throws IOException {
        return ChannelClient.greeted(channel.path());
    }

    /** A connection that was just closed on this side may still count on the other. */
    private ChannelClient connectWhenThereIsRoom() {
        return await().atMost(5, SECONDS)
                .pollDelay(Duration.ZERO)
                .ignoreExceptions()
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .until(this::connect, client -> true);
    }

    private final class Heard implements Channel.Listener {
        @Override
        public void said(Optional<State> state, Optional<JsonText> attributes) {
            heard.add(state.map(State::name).orElse("-") + " "
                    + attributes.map(JsonText::toString).orElse("-"));
        }

        @Override
        public void counted(Channel.Counts counts) {
            heard.add(counts.toString());
        }
    }
}
