package pikachu.containers.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.containers.ContainerFailure;

class RunFolderTest {
    @TempDir
    Path ground;

    private Slice slice;

    @BeforeEach
    void takeSlice() {
        slice = Slice.firstFree(3500);
    }

    @AfterEach
    void freeSlice() {
        slice.close();
    }

    @Test
    void isMadeForItsOwnerAndRemovedWithAllThatIsInIt() throws IOException {
        var folder = open("run");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                .isEqualTo(Libc.user() == 0 ? "rwx--x--x" : "rwx------");
        Files.createDirectories(folder.path().resolve("a/b/c"));
        folder.close();
        folder.close();
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void isUsedAgainAfterACrash() throws IOException {
        Files.createDirectories(ground.resolve("run/slice" + slice.number()));
        try (var folder = open("run")) {
            assertThat(folder.path()).isDirectory();
        }
    }

    @Test
    void isNotUsedThroughALink() throws IOException {
        var elsewhere = Files.createDirectory(ground.resolve("elsewhere"));
        Files.createSymbolicLink(ground.resolve("run"), elsewhere);
        assertThatThrownBy(() -> open("run"))
                .isInstanceOf(ContainerFailure.class)
                .hasMessageContaining(ground.resolve("run").toString());
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void isNotUsedWhenTheSlicesFolderIsALink() throws IOException {
        var elsewhere = Files.createDirectory(ground.resolve("elsewhere"));
        Files.createDirectory(ground.resolve("run"));
        Files.createSymbolicLink(ground.resolve("run/slice" + slice.number()), elsewhere);
        assertThatThrownBy(() -> open("run")).isInstanceOf(ContainerFailure.class);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void isNotUsedWhenOthersCanWriteIt() throws IOException {
        var run = Files.createDirectory(ground.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> open("run")).isInstanceOf(ContainerFailure.class);
    }

    @Test
    void isNotUsedWhenItBelongsToSomebodyElse() throws IOException {
        assumeTrue(Libc.user() == 0, "only root can make a folder that belongs to somebody else");
        var run = Files.createDirectory(ground.resolve("run"));
        Files.setAttribute(run, "unix:uid", 65534);
        assertThatThrownBy(() -> open("run")).isInstanceOf(ContainerFailure.class);
    }

    @Test
    void isNotSharedWithAPlatformThatDoesNotSeeTheSlicesLock() {
        try (var folder = open("run")) {
            assertThat(folder.path()).isDirectory();
            assertThatThrownBy(() -> open("run"))
                    .isInstanceOf(ContainerFailure.class)
                    .hasMessageContaining("lock");
        }
    }

    @Test
    void removesNothingBehindALink() throws IOException {
        var kept = Files.writeString(ground.resolve("kept"), "x");
        try (var folder = open("run")) {
            Files.createSymbolicLink(folder.path().resolve("link"), ground);
        }
        assertThat(kept).exists();
    }

    @Test
    void removesWhatIsDeepAndWhatIsShut() throws IOException {
        var deep = ground.resolve("deep");
        var inner = deep;
        for (int level = 0; level < 100; level++) {
            inner = inner.resolve("d");
        }
        Files.createDirectories(inner);
        var shut = Files.createDirectories(deep.resolve("shut/inside")).getParent();
        Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("---------"));
        Trees.remove(deep);
        assertThat(Files.exists(deep, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    private RunFolder open(String name) {
        return RunFolder.open(ground.resolve(name), slice);
    }
}
