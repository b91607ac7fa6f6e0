package pikachu.server.invoker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static pikachu.server.invoker.ChannelEntries.GUEST;
import static pikachu.server.invoker.ChannelEntries.running;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.activations.JsonText;
import pikachu.core.directory.files.InstancesReader;
import pikachu.core.directory.files.Readers;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

class DirectoryFolderTest {
    @TempDir
    Path root;

    /** The file hosts rests between two writings; what is asked for here comes after that rest. */
    private final AtomicLong now = new AtomicLong(1_000_000);

    private DirectoryFolder folder(NamespaceName namespace) {
        return new DirectoryFolder(root, namespace, Readers.EVERYBODY, () -> Instant.ofEpochMilli(now.get()));
    }

    @Test
    void showsANamespaceInBothFiles() throws IOException {
        try (var folder = folder(GUEST)) {
            assertThat(names(folder)).isEmpty();
            folder.show(List.of(running("a"), running("b")));
            folder.show(List.of(running("a").gone(Ending.FINISHED)));
            assertThat(names(folder)).containsExactlyInAnyOrder("a", "b");
            assertThat(hosts(folder)).containsExactly("100.64.0.1\tb");
            folder.showAll(List.of(running("c")));
            assertThat(names(folder)).containsExactly("c");
            assertThat(hosts(folder)).containsExactly("100.64.0.1\tc");
            assertThat(folder.entries()).containsExactly(running("c"));
        }
    }

    @Test
    void isRemovedWhenItIsClosedAndStaysAway() {
        var folder = folder(GUEST);
        folder.close();
        folder.show(List.of(running("late")));
        folder.close();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void isReadableByTheGroupAlone() throws IOException {
        int gid = (int) Files.getAttribute(root, "unix:gid");
        try (var folder = new DirectoryFolder(root, GUEST, Readers.group(gid), InstantSource.system())) {
            folder.show(List.of(running("a")));
            assertThat(permissions(folder.path())).isEqualTo("rwxr-x---");
            assertThat(permissions(folder.path().resolve("instances"))).isEqualTo("rw-r-----");
            assertThat(permissions(folder.path().resolve("hosts"))).isEqualTo("rw-r-----");
        }
    }

    @Test
    void isReadableByEverybodyAndWritableByNobodyElseOtherwise() throws IOException {
        try (var folder = folder(GUEST)) {
            assertThat(permissions(folder.path())).isEqualTo("rwxr-xr-x");
            assertThat(permissions(folder.path().resolve("instances"))).isEqualTo("rw-r--r--");
            assertThat(permissions(folder.path().resolve("hosts"))).isEqualTo("rw-r--r--");
        }
    }

    @Test
    void givesEveryNamespaceAFolderOfItsOwnDirectlyBelowTheRoot() {
        var names = new HashSet<String>();
        var namespaces = List.of(
                "guest",
                "Guest",
                "_",
                "a..b",
                "a.",
                "a b",
                "a%20b".replace("%", "&"),
                "a & b",
                "x@y.z",
                "a".repeat(256),
                "a".repeat(255) + "b",
                "a" + " ".repeat(200) + "b",
                "a".repeat(100),
                "a".repeat(101));
        for (var namespace : namespaces) {
            var name = DirectoryFolder.folderName(new NamespaceName(namespace));
            assertThat(name).matches("[A-Za-z0-9_%~-]{1,100}");
            assertThat(names.add(name)).as(namespace).isTrue();
        }
    }

    @Test
    void keepsTheLastCompleteStateWhenTheDiskIsFullAndIsWholeAgainAfterwards() throws Exception {
        assumeTrue((int) Files.getAttribute(root, "unix:uid") == 0, "mounting a small disk takes root");
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", root.toString());
        try (var folder = folder(GUEST);
                var follower = new InstancesReader(folder.path().resolve("instances"))) {
            folder.show(List.of(running("first")));
            var ballast = Files.write(root.resolve("ballast"), new byte[40 * 1024]);
            var expected = new HashSet<String>();
            expected.add("first");
            fill(folder, follower, expected);
            assertThat(hosts(folder)).contains("100.64.0.1\tfirst");
            Files.delete(ballast);
            folder.show(List.of(running("last")));
            expected.add("last");
            assertThat(follower.poll().keySet())
                    .extracting(InstanceId::value)
                    .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(names(folder)).containsExactlyInAnyOrderElementsOf(expected);
            try (var files = Files.list(folder.path())) {
                assertThat(files.map(Path::getFileName).map(Path::toString))
                        .containsExactlyInAnyOrder("instances", "hosts");
            }
        } finally {
            run("umount", root.toString());
        }
    }

    /** Shows instances until the disk is full, and a few more. */
    private static void fill(DirectoryFolder folder, InstancesReader follower, Set<String> expected) {
        int failures = 0;
        for (int i = 0; failures < 3; i++) {
            assertThat(i).as("the disk never gets full").isLessThan(200);
            var entry = running("i" + i).saying(new JsonText("{\"x\":\"" + "y".repeat(900) + "\"}"));
            expected.add("i" + i);
            try {
                folder.show(List.of(entry));
            } catch (UncheckedIOException e) {
                assertThat(e).hasMessageContaining(folder.path().toString());
                failures++;
            }
            assertThat(follower.poll().keySet())
                    .extracting(InstanceId::value)
                    .contains("first")
                    .isSubsetOf(expected);
        }
    }

    @Test
    void saysWhyTheFolderCannotBeMade() throws IOException {
        var file = Files.createFile(root.resolve("file"));
        assertThatThrownBy(() -> new DirectoryFolder(file, GUEST, Readers.EVERYBODY, InstantSource.system()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void manyThreadsMayLookWhileOneShows() throws Exception {
        try (var folder = folder(GUEST)) {
            var looking =
                    Thread.ofVirtual().start(() -> IntStream.range(0, 1000).forEach(_ -> folder.entries()));
            for (int i = 0; i < 1000; i++) {
                folder.show(List.of(running("i" + i % 50)));
            }
            assertThat(looking.join(Duration.ofSeconds(20))).isTrue();
            assertThat(folder.entries()).extracting(Entry::id).hasSize(50).doesNotHaveDuplicates();
        }
    }

    private static List<String> names(DirectoryFolder folder) {
        try (var reader = new InstancesReader(folder.path().resolve("instances"))) {
            return reader.poll().keySet().stream().map(InstanceId::value).toList();
        }
    }

    private List<String> hosts(DirectoryFolder folder) throws IOException {
        now.addAndGet(100);
        folder.tick();
        return Files.readAllLines(folder.path().resolve("hosts")).stream()
                .skip(2)
                .toList();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(10, SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
    }
}
