package pikachu.core.directory.files;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.files.Instances.gone;
import static pikachu.core.directory.files.Instances.running;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.activations.JsonText;

class HostsFileTest {
    @TempDir
    Path folder;

    private Path path;
    private HostsFile file;

    @BeforeEach
    void open() {
        path = folder.resolve("hosts");
        file = new HostsFile(path, Readers.EVERYBODY);
    }

    @Test
    void listsLiveInstancesAndLocalhost() throws IOException {
        file.show(List.of(running("b", "100.64.0.2"), running("a", "100.64.0.1"), running("c")));
        file.show(List.of(gone("c")));
        assertThat(Files.readString(path)).isEqualTo("""
                        127.0.0.1\tlocalhost
                        # instances of this namespace; written by the platform
                        100.64.0.1\ta
                        100.64.0.2\tb
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1.2",
                "127.1",
                "0x7f.1",
                "0X7f000001",
                "0x",
                "a-",
                "a.",
                ".a",
                "...",
                "a..b",
                "localhost",
                "LocalHost"
            })
    void leavesOutWhatIsNoHostName(String id) throws IOException {
        file.show(List.of(running(id)));
        assertThat(hosts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A", "myname0", "1a", "a.b", "a_b", "g-0", "localhost0", "0xg"})
    void listsWhatIsOne(String id) throws IOException {
        file.show(List.of(running(id)));
        assertThat(hosts()).containsExactly("100.64.0.1\t" + id);
    }

    @Test
    void leavesOutLiveInstancesThatDifferOnlyInCase() throws IOException {
        file.show(List.of(running("name"), running("Name"), running("other")));
        assertThat(hosts()).containsExactly("100.64.0.1\tother");
        file.show(List.of(gone("name")));
        assertThat(hosts()).containsExactly("100.64.0.1\tName", "100.64.0.1\tother");
    }

    @Test
    void leavesOutAnAddressThatIsNone() throws IOException {
        file.show(List.of(running("a", ""), running("b", "1.2.3.4 evil"), running("c", "1.2.3.4\n6.6.6.6\tlocalhost")));
        assertThat(hosts()).isEmpty();
    }

    @Test
    void isNotWrittenAgainForAChangeThatItDoesNotShow() throws IOException {
        file.show(List.of(running("a")));
        var before = Files.getAttribute(path, "unix:ino");
        file.show(List.of(running("a").saying(new JsonText("{}")), gone("b")));
        assertThat(Files.getAttribute(path, "unix:ino")).isEqualTo(before);
    }

    @Test
    void followsAnInstanceToItsNewAddress() throws IOException {
        file.show(List.of(running("a", "100.64.0.1")));
        file.show(List.of(running("a", "100.64.0.9")));
        assertThat(hosts()).containsExactly("100.64.0.9\ta");
    }

    private List<String> hosts() throws IOException {
        return Files.readAllLines(path).stream().skip(2).toList();
    }
}
