package pikachu.core.directory.files;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.files.Instances.GUEST;
import static pikachu.core.directory.files.Instances.gone;
import static pikachu.core.directory.files.Instances.running;
import static pikachu.core.directory.files.Instances.saying;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.names.InstanceId;

/**
 * Readers in Java, Python and awk beside a writer that compacts all the time. "always" is alive throughout and counts up in
 * its attributes: nobody may ever miss it, see it in part, or see it go back. The snippets are those of the documentation.
 */
class ConcurrentReadersTest {
    private static final Path DOC = Path.of(System.getProperty("pikachu.root", ".."), "docs/formats/directory.md");
    private static final Pattern COUNT = Pattern.compile("\\{\"n\":(\\d+)}");

    private static final String WATCH = """

            import json, sys, time
            directory, last, polls, deadline = Directory(sys.argv[1]), -1, 0, time.monotonic() + 60
            while last != 1000000000:
                assert time.monotonic() < deadline, "the last change never came"
                count = json.loads(directory.poll()["always"][11])["n"]
                assert count >= last, (count, last)
                last, polls = count, polls + 1
                hosts = open(sys.argv[1] + "/hosts").read()
                assert hosts.endswith("\\n") and "100.64.0.1\\talways\\n" in hosts, hosts
            print("polls", polls)
            """;

    @TempDir
    Path folder;

    private int counter;

    @Test
    void neverSeeHalfAFile() throws Exception {
        var isOver = new AtomicBoolean();
        try (var file = new InstancesFile(
                        folder.resolve("instances"), GUEST, Readers.EVERYBODY, InstantSource.system());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var hosts = new HostsFile(folder.resolve("hosts"), Readers.EVERYBODY);
            file.show(List.of(saying("always", "{\"n\":0}")));
            hosts.show(List.of(running("always")));
            var java = threads.submit(() -> readInJava(isOver));
            var python = start("python3", "-c", snippet("directory.py") + WATCH, folder.toString());
            try {
                for (int lookup = 0; lookup < 8; lookup++) {
                    var awk = start("sh", "-c", snippet("lookup.sh"), "sh", "always");
                    do {
                        changeAThousandTimes(file, hosts);
                    } while (awk.isAlive());
                    assertThat(output(awk)).isEqualTo("running 100.64.0.1 65433\n");
                }
                file.show(List.of(saying("always", "{\"n\":1000000000}")));
                assertThat(output(python)).startsWith("polls ");
                isOver.set(true);
                assertThat(java.get(30, TimeUnit.SECONDS)).isGreaterThan(100);
            } finally {
                isOver.set(true);
                python.destroyForcibly();
            }
        }
    }

    @Test
    void findTheLiveOnesFromAShell() throws Exception {
        try (var file =
                new InstancesFile(folder.resolve("instances"), GUEST, Readers.EVERYBODY, InstantSource.system())) {
            file.show(List.of(running("a"), running("b", "100.64.0.2"), running("c")));
            file.show(List.of(gone("c")));
            assertThat(output(start("sh", "-c", snippet("alive.sh"))).lines())
                    .containsExactlyInAnyOrder("a 100.64.0.1", "b 100.64.0.2");
            var unknown = start("sh", "-c", snippet("lookup.sh"), "sh", "nobody");
            assertThat(unknown.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(unknown.exitValue()).isEqualTo(1);
        }
    }

    /** Large attributes of others make the file's end move over page boundaries. */
    private void changeAThousandTimes(InstancesFile file, HostsFile hosts) {
        for (int end = counter + 1000; counter < end; counter++) {
            var flicker = counter % 2 == 0 ? running("flicker") : gone("flicker");
            var busy = saying("busy" + counter % 5, "{\"x\":\"" + "y".repeat(counter % 900) + "\"}");
            file.show(List.of(busy, saying("always", "{\"n\":" + counter + "}"), flicker));
            if (counter % 20 < 2) {
                hosts.show(List.of(flicker));
            }
        }
    }

    private int readInJava(AtomicBoolean isOver) {
        int polls = 0;
        int last = -1;
        try (var reader = new InstancesReader(folder.resolve("instances"))) {
            while (!isOver.get()) {
                var entry = reader.poll().get(new InstanceId("always"));
                assertThat(entry).as("poll %d", polls).isNotNull();
                var count = COUNT.matcher(entry.attributes().orElseThrow().toString());
                assertThat(count.matches()).isTrue();
                assertThat(Integer.parseInt(count.group(1))).isGreaterThanOrEqualTo(last);
                last = Integer.parseInt(count.group(1));
                polls++;
            }
        }
        return polls;
    }

    private Process start(String... command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("__OW_DIRECTORY", folder.toString());
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException, ExecutionException {
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    /** The code block that follows the marker in the documentation. */
    private static String snippet(String name) throws IOException {
        var lines = Files.readAllLines(DOC);
        int begin = lines.indexOf("<!-- snippet: " + name + " -->") + 2;
        assertThat(begin).as("snippet %s in %s", name, DOC).isGreaterThan(1);
        int end = IntStream.range(begin, lines.size())
                .filter(i -> lines.get(i).equals("```"))
                .findFirst()
                .orElseThrow();
        return String.join("\n", lines.subList(begin, end)) + "\n";
    }
}
