package pikachu.containers.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Libc;
import pikachu.containers.host.Reach;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.ContainerSpec.Folders;
import pikachu.core.containers.ContainerSpec.Volume;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.names.NamespaceName;

/** What the process driver keeps apart, tried with shell scripts as runtimes: what one prints is the outcome. */
class IsolationTest {
    private Ground ground;
    private ProcessDriver driver;

    @BeforeEach
    void open() throws IOException {
        ground = Ground.take();
        driver = ground.driver();
    }

    @AfterEach
    void close() {
        driver.close();
        ground.close();
    }

    @Test
    void eachContainerHasAUserOfItsOwn() throws Exception {
        onlyAsRoot();
        var guest = outcome(start(5, "guest", "grep -E 'Uid|Gid|Groups|Cap|NoNewPrivs' /proc/self/status"));
        int first = Identity.FIRST + ground.slice().number() * 1000;
        int user = first + 5;
        assertThat(guest).contains("Uid:\t" + user + "\t" + user + "\t" + user + "\t" + user + "\n");
        assertThat(guest).contains("Gid:\t" + first + "\t" + first + "\t" + first + "\t" + first + "\n");
        assertThat(guest).contains("NoNewPrivs:\t1");
        for (var set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(guest).contains(set + ":\t0000000000000000\n");
        }
        var sibling = outcome(start(6, "guest", "id -u; id -g; id -G"));
        assertThat(sibling).isEqualTo((first + 6) + "\n" + first + "\n" + first + "\n");
        var other = outcome(start(7, "other", "id -g"));
        assertThat(other).isEqualTo((first + 1) + "\n");
    }

    @Test
    void noContainerEntersTheFoldersOfAnother() throws Exception {
        onlyAsRoot();
        var victim = start(1, "guest", "chmod 0777 . && echo secret > file && chmod 0777 ..; echo done; sleep 600");
        assertThat(firstLine(victim)).isEqualTo("done");
        var folder = ground.runFolder().path().resolve("c1");
        assertThat(Files.getAttribute(folder, "unix:uid")).isEqualTo(0);
        var tries = "ls " + folder + " " + folder + "/tmp " + folder + "/control "
                + ground.runFolder().path() + " >&2 || echo refused; touch " + folder + "/x "
                + ground.runFolder().path() + "/x || echo refused";
        assertThat(outcome(start(2, "guest", tries))).isEqualTo("refused\nrefused\n");
    }

    @Test
    void aChannelAndADirectoryAreClosedToOtherNamespaces() throws Exception {
        onlyAsRoot();
        var one = folders("one");
        start(1, "one", one, Map.of(), "sleep 600");
        var tries = "cat " + one.directory() + "/x || echo refused; ls " + one.channel() + " || echo refused";
        assertThat(outcome(start(2, "two", folders("two"), Map.of(), tries))).isEqualTo("refused\nrefused\n");
    }

    @Test
    void aForkBombEndsWithItsContainer() throws Exception {
        onlyAsRoot();
        // each child detaches and its parent ends: whoever is found has already gone
        var bomb = """
                import os
                for _ in range(20):
                    if os.fork() == 0: break
                else:
                    os.write(1, b'off\\n')
                while True:
                    try:
                        if os.fork(): os._exit(0)
                        os.setsid()
                    except OSError: pass
                """;
        var command = List.of("/usr/bin/python3", "-c", bomb);
        var container = driver.start(spec(1, "guest", folders("guest"), Map.of(), command));
        assertThat(firstLine(container)).isEqualTo("off");
        container.close();
        int user = Identity.FIRST + ground.slice().number() * 1000 + 1;
        assertThat(ProcessTable.running().entries()).noneMatch(entry -> entry.user() == user);
    }

    @Test
    void aChildWithoutAnEnvironmentIsFoundByItsDescent() throws Exception {
        var mark = "7" + ground.slice().number();
        var container = start(1, "guest", "env -i setsid sleep 60" + mark + " & echo done; wait");
        assertThat(firstLine(container)).isEqualTo("done");
        container.close();
        assertThat(ProcessHandle.allProcesses().map(ProcessHandle::pid).map(IsolationTest::commandLine))
                .noneMatch(line -> line.contains(mark));
    }

    @Test
    void aFolderOfTheHostIsNotRemovedThroughALink() throws Exception {
        var kept = Files.writeString(ground.path().resolve("kept"), "x");
        outcome(start(1, "guest", "ln -s " + ground.path() + " link; mkdir -p a/b; chmod 000 a"));
        driver.close();
        assertThat(kept).exists();
        assertThat(ground.runFolder().path().resolve("c1")).doesNotExist();
    }

    @Test
    void whatALoaderOrShellWouldObeyIsNotPassed() throws IOException {
        for (var name : List.of("LD_PRELOAD", "BASH_ENV", "GLIBC_TUNABLES", "A=B", "PIKACHU_CONTAINER")) {
            var spec = spec(1, "guest", folders("guest"), Map.of(name, "x"), List.of("/bin/true"));
            assertThatThrownBy(() -> driver.start(spec))
                    .isInstanceOf(ContainerFailure.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void aVolumeThatFunctionsCannotReachIsRefusedNamingTheFolderInTheWay() throws IOException {
        onlyAsRoot();
        var shut = Files.createDirectory(ground.path().resolve("shut"));
        var inside = Files.createDirectory(shut.resolve("inside"));
        Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("rwx------"));
        refuses("v", new Volume(inside, false), shut.toString());
        Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("rwx--x--x"));
        Volumes.check(Map.of("v", new Volume(inside, false)), new Reach(ground.identity()));
        refuses("v", new Volume(inside, true), "write");
    }

    @Test
    void aVolumeThatIsMissingOrMisnamedIsRefused() {
        refuses("v", new Volume(ground.path().resolve("missing"), false), "missing");
        refuses("../v", new Volume(ground.path(), false), "name");
        refuses("..", new Volume(ground.path(), false), "name");
    }

    private void refuses(String name, Volume volume, String word) {
        assertThatThrownBy(() -> Volumes.check(Map.of(name, volume), new Reach(ground.identity())))
                .isInstanceOf(ContainerFailure.class)
                .hasMessageContaining(word);
    }

    @Test
    void aRunFolderWithTooLongAPathIsRefused() throws IOException {
        var parent = ground.path().resolve("x".repeat(90));
        try (var slice = Slice.firstFree(3000);
                var folder = RunFolder.open(parent, slice);
                var unlucky = new ProcessDriver(slice, folder, Identity.ofThisProcess(slice))) {
            var spec = spec(1, "guest", folders("guest"), Map.of(), List.of("/bin/true"));
            assertThatThrownBy(() -> unlucky.start(spec))
                    .isInstanceOf(ContainerFailure.class)
                    .hasMessageContaining("107");
        }
    }

    @Test
    void saysWhatItDoesNotHold() {
        assertThat(driver.notHeld()).anyMatch(sentence -> sentence.startsWith("Memory is not limited"));
        assertThat(driver.notHeld().stream().anyMatch(sentence -> sentence.contains("your own user")))
                .isEqualTo(Libc.user() != 0);
    }

    private static void onlyAsRoot() {
        assumeTrue(Libc.user() == 0, "only root can give containers users of their own");
    }

    private Container start(int number, String namespace, String script) throws IOException {
        return start(number, namespace, folders(namespace), Map.of(), script);
    }

    private Container start(
            int number, String namespace, Folders folders, Map<String, String> environment, String script) {
        return driver.start(spec(number, namespace, folders, environment, List.of("/bin/sh", "-c", script)));
    }

    private static ContainerSpec spec(
            int number, String namespace, Folders folders, Map<String, String> environment, List<String> command) {
        return new ContainerSpec(
                number,
                new NamespaceName(namespace),
                new RuntimeCommand("shell:1", command),
                new Endpoint.OnHost("127.64.0.1"),
                folders,
                256,
                environment);
    }

    private Folders folders(String namespace) throws IOException {
        return new Folders(
                Files.createDirectories(ground.path().resolve(namespace + "-directory")),
                Files.createDirectories(ground.path().resolve(namespace + "-channel")),
                Map.of());
    }

    private static String outcome(Container container) throws Exception {
        container.exited().get(20, TimeUnit.SECONDS);
        return new String(container.stdout().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String firstLine(Container container) throws IOException {
        var line = new StringBuilder();
        for (int next = container.stdout().read();
                next != '\n' && next >= 0;
                next = container.stdout().read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
