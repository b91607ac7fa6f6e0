package pikachu.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pikachu.core.messages.Message;

/** The files under golden/bus say what is on the wire; a change of one of them breaks every cluster being upgraded. */
class GoldenTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("pikachu.root", ".."), "core/src/test/resources/golden/bus");

    private final Codec codec = new Codec();

    static Set<String> names() {
        return new TreeSet<>(Samples.all().keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsAndWritesTheGoldenFile(String name) throws IOException {
        var sample = Samples.all().get(name);
        var golden = bytes(GOLDEN.resolve(name + ".hex"));
        assertThat(codec.decode(golden)).isEqualTo(sample);
        assertThat(HexFormat.of().formatHex(codec.encode(sample)))
                .isEqualTo(HexFormat.of().formatHex(golden));
    }

    @Test
    void hasAGoldenFileForEveryTypeOfMessage() throws IOException {
        var types = Samples.all().values().stream().map(Message::getClass).collect(Collectors.toSet());
        var known = new RandomMessages(new Random(1))
                .each().stream().map(Message::getClass).collect(Collectors.toSet());
        assertThat(types).isEqualTo(known);
        try (var files = Files.list(GOLDEN)) {
            assertThat(files.map(f -> f.getFileName().toString().replace(".hex", "")))
                    .containsExactlyInAnyOrderElementsOf(names());
        }
    }

    /** Hexadecimal digits; from # to the end of the line is comment. */
    static byte[] bytes(Path file) throws IOException {
        var hex = Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("#.*", "").replaceAll("\\s", ""))
                .collect(Collectors.joining());
        return HexFormat.of().parseHex(hex);
    }
}
