package pikachu.containers.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InstalledTest {
    private final Reach reach = new Reach(new Identity.Shared(Libc.user(), Libc.group()));
    private Path ground;

    @BeforeEach
    void makeGround() throws IOException {
        ground = Files.createTempDirectory("pikachu-installed");
    }

    @AfterEach
    void removeGround() {
        Trees.remove(ground);
    }

    private Path script(String name, String text) throws IOException {
        var file = ground.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void offersEachMajorVersionOfNodeOnceAndTheNewestFirst() throws IOException {
        var newer = script("a/node", "echo v9999.1.2");
        script("b/node", "echo v9999.3.4");
        script("c/node", "echo v16.0.0");
        script("d/node", "echo what?");
        script("e/node", "exit 1");

        var path =
                List.of("a", "b", "c", "d", "e").stream().map(ground::resolve).toList();
        var nodes = Installed.nodes(reach, path);
        assertThat(nodes.getFirst()).isEqualTo(new Interpreter("nodejs", "9999", newer.toRealPath()));
        assertThat(nodes).extracting(Interpreter::kind).doesNotHaveDuplicates().doesNotContain("nodejs:16");
    }

    @Test
    void offersTheJdkThatThisRunsOnAndNoneWithoutACompiler() throws IOException {
        script("jre/bin/java", "exit 0");
        Files.writeString(ground.resolve("jre/release"), "JAVA_VERSION=\"99.0.1\"\n");
        assertThat(Installed.jdks(reach, ground.resolve("jre")))
                .extracting(Interpreter::kind)
                .doesNotContain("java:99");

        var java = script("jdk/bin/java", "exit 0");
        script("jdk/bin/javac", "exit 0");
        Files.writeString(ground.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"99.0.1\"\n");
        assertThat(Installed.jdks(reach, ground.resolve("jdk")).getFirst())
                .isEqualTo(new Interpreter("java", "99", java.toRealPath()));

        var own = Path.of(System.getProperty("java.home"));
        assertThat(Installed.jdks(reach, own))
                .contains(new Interpreter(
                        "java",
                        "" + Runtime.version().feature(),
                        own.resolve("bin/java").toRealPath()));
    }
}
