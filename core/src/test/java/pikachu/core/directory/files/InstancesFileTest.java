package pikachu.core.directory.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pikachu.core.directory.files.Instances.GUEST;
import static pikachu.core.directory.files.Instances.gone;
import static pikachu.core.directory.files.Instances.running;
import static pikachu.core.directory.files.Instances.saying;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.JsonText;
import pikachu.core.directory.GoneKept;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.InstanceId;

class InstancesFileTest {
    @TempDir
    Path folder;

    private long nowMs = 1_000_000;
    private Path path;
    private InstancesFile file;
    private InstancesReader reader;

    @BeforeEach
    void open() {
        path = folder.resolve("instances");
        file = new InstancesFile(path, GUEST, Readers.EVERYBODY, () -> Instant.ofEpochMilli(nowMs));
        reader = new InstancesReader(path);
    }

    @AfterEach
    void close() {
        reader.close();
        file.close();
    }

    @Test
    void writesALineForEachChange() throws IOException {
        file.show(List.of(running("a")));
        var full = new Entry(
                GUEST,
                new InstanceId("b"),
                running("b").epoch(),
                State.GONE,
                Optional.of(Ending.OUT_OF_MEMORY),
                "100.64.0.2",
                1,
                running("b").invoker(),
                running("b").activation(),
                5,
                Optional.of(new GroupRank("g", 3, 8)),
                Optional.of(new JsonText("{\"k\":\"ü\"}")));
        file.show(List.of(full));
        assertThat(Files.readString(path)).isEqualTo("""
                        #pikachu-directory\t1\tguest\t1
                        a\t7\trunning\t-\t100.64.0.1\t65433\t0\t00112233445566778899aabbccddeeff\t1790000000000\t-\t-\t-
                        b\t7\tgone\tout-of-memory\t100.64.0.2\t1\t0\t00112233445566778899aabbccddeeff\t5\tg\t3\t{"k":"\\u00fc"}
                        """);
    }

    @Test
    void readsBackWhatItWroteWithTheLastLineForAnIdWinning() {
        var random = new Random(5);
        var expected = new HashMap<InstanceId, Entry>();
        for (int i = 0; i < 3000; i++) {
            var id = "i" + random.nextInt(50);
            var entry = random.nextInt(3) == 0 ? gone(id) : saying(id, "{\"n\":" + i + "}");
            file.show(List.of(entry));
            expected.put(entry.id(), entry);
            if (i % 7 == 0) {
                assertThat(reader.poll()).as("after %d", i).isEqualTo(expected);
            }
        }
        assertThat(Integer.parseInt(reader.generation())).isGreaterThan(5);
    }

    @Test
    void sendsAReaderOfTheOldFileToTheNewOne() throws IOException {
        file.show(List.of(running("a")));
        try (var old = Files.newBufferedReader(path)) {
            file.showAll(List.of(running("b")));
            assertThat(old.readAllLines()).last().isEqualTo("#moved");
        }
        assertThat(reader.poll()).containsOnlyKeys(new InstanceId("b"));
        assertThat(Files.readString(path)).doesNotContain("#moved");
    }

    @Test
    void staysWithinTwiceWhatItNeeds() throws IOException {
        for (int i = 0; i < 30_000; i++) {
            file.show(List.of(saying("i" + i % 300, "{\"n\":" + i + "}")));
        }
        try (var lines = Files.lines(path)) {
            assertThat(lines.count()).isLessThanOrEqualTo(601);
        }
        assertThat(Integer.parseInt(generation())).isBetween(90, 120);
    }

    @Test
    void doesNotWriteALargeDirectoryAnewForEachChange() throws IOException {
        file.showAll(IntStream.range(0, 20_000).mapToObj(i -> running("i" + i)).toList());
        assertThat(Files.size(path)).isGreaterThan(1 << 20);
        for (int i = 0; i < 1000; i++) {
            file.show(List.of(running("i" + i)));
        }
        assertThat(generation()).isEqualTo("1");
    }

    @Test
    void keepsGoneInstancesForAMinute() {
        file.show(List.of(gone("a"), running("b")));
        nowMs += 59_999;
        rewriteBy300Changes();
        assertThat(reader.poll()).containsKey(new InstanceId("a"));
        nowMs += 1;
        rewriteBy300Changes();
        assertThat(reader.poll()).doesNotContainKey(new InstanceId("a")).containsKey(new InstanceId("b"));
    }

    @Test
    void keepsOfManyGoneInstancesTheLatest() {
        int many = GoneKept.DEFAULT.chosen() + 10;
        for (int i = 0; i < many; i++) {
            file.show(List.of(gone("a" + i)));
        }
        assertThat(file.entries()).hasSize(GoneKept.DEFAULT.chosen());
        rewriteBy300Changes();
        assertThat(reader.poll()).containsKey(new InstanceId("a" + (many - 1)));
    }

    @Test
    void keepsAnInstanceThatCameBackAfterItWasGone() {
        file.show(List.of(gone("a")));
        file.show(List.of(running("a")));
        nowMs += 60_000;
        rewriteBy300Changes();
        assertThat(reader.poll().get(new InstanceId("a")).isAlive()).isTrue();
    }

    @Test
    void keepsEveryLineWholeWhateverAnInstanceSaysOfItself() throws IOException {
        var random = new Random(3);
        var hostile = new ArrayList<Entry>();
        hostile.add(saying("h1", "{\"a\":\"\n#moved\n\t\r\"}"));
        hostile.add(saying("h2", "{\"a\":\"\u0085\u2028\u2029\u000b\u000c\u001c\0\u007f\"}"));
        for (int i = 0; i < 500; i++) {
            var bytes = new byte[random.nextInt(Entry.MAX_ATTRIBUTES / 3)];
            random.nextBytes(bytes);
            hostile.add(running("x" + i).saying(new JsonText(bytes)));
        }
        hostile.add(running("address", "1\t2\n3\u2028"));
        file.showAll(hostile);
        var text = Files.readAllBytes(path);
        for (byte b : text) {
            assertThat(b == '\n' || b == '\t' || (b >= ' ' && b < 0x7F)).isTrue();
        }
        var lines = new String(text, StandardCharsets.US_ASCII).lines().skip(1).toList();
        assertThat(lines)
                .hasSize(hostile.size())
                .allSatisfy(line -> assertThat(line.split("\t", -1)).hasSize(12));
        assertThat(reader.poll().size())
                .as("without those that hold no JSON at all")
                .isGreaterThan(hostile.size() - 10);
    }

    @Test
    void readsBackAttributesOfFullLengthInAnyLanguage() {
        var json = "{\"a\":\"\\\\u00e9 \\n " + "é語\uD83D\uDE00".repeat(111) + "\"}";
        file.show(List.of(saying("a", json)));
        assertThat(reader.poll().get(new InstanceId("a")).attributes()).contains(new JsonText(json));
    }

    @Test
    void doesNotCountALineWithoutItsNewline() throws IOException {
        Files.writeString(path, "#pikachu-directory\t1\tguest\t1\n");
        var line = new String(InstanceLine.write(running("a")), StandardCharsets.US_ASCII);
        for (int i = 0; i < line.length(); i++) {
            assertThat(reader.poll()).as("cut at %d", i).isEmpty();
            Files.writeString(path, line.substring(i, i + 1), StandardOpenOption.APPEND);
        }
        assertThat(reader.poll()).containsOnlyKeys(new InstanceId("a"));
    }

    @Test
    void writesAllAnewAfterAFailure() throws IOException {
        file.show(List.of(running("a")));
        file.close();
        Files.delete(path);
        Files.delete(folder);
        assertThatThrownBy(() -> file.show(List.of(running("b"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(path.toString());
        Files.createDirectory(folder);
        file.show(List.of(running("c")));
        assertThat(reader.poll().keySet()).extracting(InstanceId::value).containsExactlyInAnyOrder("a", "b", "c");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(path);
        }
    }

    @Test
    void isReadableByThoseWhoMayReadItAndWritableByNobodyElse() throws IOException {
        file.show(List.of(running("a")));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r--r--");
        int gid = (int) Files.getAttribute(folder, "unix:gid");
        try (var ofGroup = new InstancesFile(path, GUEST, Readers.group(gid), Instant::now)) {
            ofGroup.showAll(List.of());
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
    }

    private void rewriteBy300Changes() {
        for (int i = 0; i < 300; i++) {
            file.show(List.of(running("busy")));
        }
    }

    private String generation() {
        reader.poll();
        return reader.generation();
    }
}
