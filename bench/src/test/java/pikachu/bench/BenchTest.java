package pikachu.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.cli.client.Json;

class BenchTest {
    private static final Path ROOT = Path.of(System.getProperty("pikachu.root"));

    @TempDir
    private Path home;

    @Test
    void measuresEverythingOnAScriptedPlatform() throws IOException {
        var launcher = home.resolve("pikachu");
        Files.writeString(
                launcher,
                "#!/bin/sh\nexec /usr/bin/python3 '" + ROOT.resolve("cli/src/test/resources/scripted-platform.py")
                        + "' \"$@\"\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        var out = new ByteArrayOutputStream();
        var raw = home.resolve("raw.json");
        var code = Bench.run(
                Map.of("PIKACHU_HOME", home.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                ("invoke --clients 1,2 --seconds 1 --cold 2 --instances 5 --invokers 2 --calls 20 --json " + raw)
                        .split(" "));
        var text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("FAILED").contains("kill -9 to seen gone, another invoker");
        assertThat(code).isZero();
        var json = Json.parse(Files.readString(raw));
        assertThat(json.path("machine").path("cores").asInt()).isPositive();
        assertThat(json.path("throughput")).hasSize(2);
        assertThat(json.path("coldStarts").path("starts")).hasSize(2);
        assertThat(json.path("stemCellStarts").path("starts")).hasSize(2);
        assertThat(json.path("warmCalls").path("calls")).hasSize(2);
        assertThat(json.path("resumedCalls").path("calls")).hasSize(2);
        assertThat(json.path("memory").path("jvmPssKb").asLong()).isPositive();
        assertThat(json.path("directory").path("missing").asInt(-1)).isZero();
        assertThat(json.path("directory").path("sightings").size()).isGreaterThanOrEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\ncontent-length:  2\r\nX: y\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            })
    void readsOneAnswerAfterAnother(String answer) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
            var serving = Thread.ofVirtual().start(() -> serve(server, bytes));
            var base = URI.create("http://127.0.0.1:" + server.getLocalPort());
            var load = new ClosedLoop(base, "x".getBytes(StandardCharsets.US_ASCII), 1).run(Duration.ofSeconds(20), 50);
            assertThat(load.errors()).isEmpty();
            assertThat(load.latency().getTotalCount()).isEqualTo(50);
            assertThat(serving.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    /** One request is one byte; each answer is sent in single bytes, which a network may do too. */
    private static void serve(ServerSocket server, byte[] answer) {
        try (var socket = server.accept()) {
            socket.setTcpNoDelay(true);
            while (socket.getInputStream().read() >= 0) {
                for (var each : answer) {
                    socket.getOutputStream().write(each);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void countsFailuresApart() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answer = "HTTP/1.1 429 Too Many\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.ISO_8859_1);
            var serving = Thread.ofVirtual().start(() -> serve(server, answer));
            var base = URI.create("http://127.0.0.1:" + server.getLocalPort());
            var load = new ClosedLoop(base, "x".getBytes(StandardCharsets.US_ASCII), 1).run(Duration.ofSeconds(20), 7);
            assertThat(load.errors()).isEqualTo(Map.of("status 429", 7L));
            assertThat(load.latency().getTotalCount()).isZero();
            assertThat(serving.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void takesPercentilesByNearestRank() {
        var sample = new Sample(List.of(4.0, 1.0, 3.0, 2.0));
        assertThat(sample.percentile(50)).isEqualTo(2.0);
        assertThat(sample.percentile(99)).isEqualTo(4.0);
        assertThat(new Sample(List.of()).percentile(50)).isNaN();
    }

    @Test
    void matchesWhatWasSeenWithWhatWasTold() {
        var result = Json.parse("""
                {"seen": {"watcher": {"invoker": "0"},
                          "m0": {"invoker": "0", "visible": 9.995, "running": 10.003, "gone": 10.120},
                          "m1": {"invoker": "1", "visible": 20.002, "gone": 20.060},
                          "m2": {"invoker": "1", "visible": 30.0}},
                 "told": {"m0": {"began": 10.0, "died": 10.1}, "m1": {"began": 20.0, "died": 20.05},
                          "m2": {"began": 30.0, "died": 30.1}}}
                """);
        var sightings = Sightings.of(result, List.of("m0", "m1", "m2", "m3"));
        assertThat(sightings.missing()).isEqualTo(2);
        var same = sightings.where(true).getFirst();
        assertThat(same.firstLineMs()).isCloseTo(-5, within(1e-6));
        assertThat(same.runningMs()).isCloseTo(3, within(1e-6));
        assertThat(same.goneMs()).isCloseTo(20, within(1e-6));
        assertThat(sightings.where(false).getFirst().runningMs()).isCloseTo(2, within(1e-6));
    }
}
