package pikachu.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Habits that only the source text shows, in the main code of all rooms. */
final class SourcesTest {
    private static final Path ROOT = Path.of(System.getProperty("pikachu.root"));

    /** What is no code: text blocks, strings, comments. */
    private static final Pattern NO_CODE = Pattern.compile(
            "\"\"\"(?:\\\\.|[^\\\\])*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])+'|//[^\n]*|/\\*.*?\\*/",
            Pattern.DOTALL);

    private static final Pattern SYNCHRONIZED = Pattern.compile("\\bsynchronized\\b");
    private static final Pattern LOGGED =
            Pattern.compile("\\bLOG\\.(?:trace|debug|info|warn|error)\\(\\s*+(?!\"event=[a-z][a-z0-9_]*[ \"])[^;]*");

    @Test
    void nothingIsSynchronized() {
        assertThat(sources())
                .allSatisfy(file -> assertThat(isSynchronized(read(file)))
                        .as(file + " is synchronized; use a lock that names what it guards")
                        .isFalse());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "void f() { synchronized (this) {} }",
                "void f() { synchronized(lock) {} }",
                "private static synchronized void f() {}",
                "String s = \"\\\"\"; synchronized void f() {} // \""
            })
    void seesWhatIsSynchronized(String source) {
        assertThat(isSynchronized(source)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// synchronized (this)",
                "/* synchronized */ void f() {}",
                "String s = \"synchronized (x)\";",
                "char c = '\"'; String s = \"synchronized\";",
                "Collections.synchronizedList(x)"
            })
    void seesWhatIsNot(String source) {
        assertThat(isSynchronized(source)).isFalse();
    }

    @Test
    void eachLineOfTheLogBeginsWithItsEvent() {
        assertThat(sources())
                .allSatisfy(file -> assertThat(oddLogs(read(file)))
                        .as(file + " logs otherwise than \"event=words_of_it key={}\"")
                        .isEmpty());
    }

    @Test
    void seesALineOfTheLogThatBeginsOtherwise() {
        assertThat(oddLogs("LOG.info(\"api.started port={}\", port);")).hasSize(1);
        assertThat(oddLogs("LOG.warn(\n    \"event=Lost what={}\", what);")).hasSize(1);
        assertThat(oddLogs("LOG.warn(text);")).hasSize(1);
        assertThat(oddLogs("LOG.warn(\n    \"event=store_lost what={}\", what); LOG.info(\"event=stopped\");"))
                .isEmpty();
    }

    private static boolean isSynchronized(String source) {
        return SYNCHRONIZED.matcher(NO_CODE.matcher(source).replaceAll("")).find();
    }

    private static List<String> oddLogs(String source) {
        var odd = new ArrayList<String>();
        for (var matcher = LOGGED.matcher(source); matcher.find(); ) {
            odd.add(matcher.group());
        }
        return odd;
    }

    private static List<Path> sources() {
        try (var rooms = Files.list(ROOT)) {
            var found = rooms.map(room -> room.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(SourcesTest::below)
                    .toList();
            assertThat(found).hasSizeGreaterThan(200);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> below(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
