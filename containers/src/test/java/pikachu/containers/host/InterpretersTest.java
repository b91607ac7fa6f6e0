package pikachu.containers.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.containers.ContainerFailure;

class InterpretersTest {
    private final Reach reach = new Reach(Libc.user() == 0 ? new Identity.PerContainer(0) : own());

    @TempDir
    Path ground;

    private static Identity own() {
        return new Identity.Shared(Libc.user(), Libc.group());
    }

    @Test
    void offersTheSystemsPythonUnderItsVersionAndTheAliases() throws IOException {
        var found = Interpreters.find(reach, List.of());
        var python = found.of("python:3");
        assertThat(python.path()).isEqualTo(Path.of("/usr/bin/python3").toRealPath());
        assertThat(found.of("python:default")).isEqualTo(python);
        assertThat(found.of("python:" + python.version())).isEqualTo(python);
        assertThat(python).hasToString("python:" + python.version() + " is " + python.path());
    }

    @Test
    void leavesOutOneThatTheFunctionsUserCannotRun() throws IOException {
        var shut = Files.createDirectory(ground.resolve("shut"));
        var python = Files.writeString(shut.resolve("python3"), "#!/bin/sh\necho 3.99; echo $0; echo /usr/lib\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
        var kinds = Interpreters.find(reach, List.of(shut)).kinds();
        // an ordinary user's functions are that user, to whom its own program is open
        assertThat(kinds.containsKey("python:3.99")).isEqualTo(Libc.user() != 0);
    }

    @Test
    void resolvesAShimToTheBinary() throws IOException {
        var python = Files.writeString(ground.resolve("python3.1"), "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Interpreters.find(reach, List.of(ground)).kinds().values())
                .extracting(Interpreter::path)
                .contains(Path.of("/usr/bin/python3").toRealPath())
                .doesNotContain(python);
    }

    @Test
    void saysWhichKindsThereAre() {
        assertThatThrownBy(() -> Interpreters.find(reach, List.of()).of("python:2"))
                .isInstanceOf(ContainerFailure.class)
                .hasMessageContaining("python:2")
                .hasMessageContaining("python:3");
    }

    @Test
    void stagesARuntimeWhereEveryUserCanReadIt() throws IOException {
        var source = Files.createDirectory(ground.resolve("source"));
        Files.writeString(source.resolve("proxy.py"), "pass");
        Files.writeString(source.resolve("notes.txt"), "no");
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(ground, PosixFilePermissions.fromString("rwx--x--x"));
        try (var slice = Slice.firstFree(3500);
                var runFolder = RunFolder.open(ground.resolve("run"), slice)) {
            new Staging(runFolder).stage("python", source, ".py");
            var staged = new Staging(runFolder).stage("python", source, ".py");
            assertThat(staged).isDirectoryNotContaining("glob:**.txt");
            assertThat(reach.obstacle(staged.resolve("proxy.py"), false)).isEmpty();
            var command = Interpreters.find(reach, List.of()).of("python:3");
            assertThat(command.command(List.of("-I"), staged.resolve("proxy.py"))
                            .arguments())
                    .containsExactly(
                            command.path().toString(),
                            "-I",
                            staged.resolve("proxy.py").toString());
        }
    }
}
