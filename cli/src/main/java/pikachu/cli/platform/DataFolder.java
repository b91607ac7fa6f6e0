package pikachu.cli.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A folder for one platform's life. */
record DataFolder(Path path) {
    static DataFolder create() {
        try {
            var folder = Files.createTempDirectory("pikachu-");
            // functions run as other users, who must get through it; only root's platform has such
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            return new DataFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot make a folder for the platform's data in " + System.getProperty("java.io.tmpdir") + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Removes everything in it, but never through a mount that was left there: that would be somebody's files. */
    void delete() throws IOException {
        if (Files.exists(Path.of("/proc/self/mounts"))
                && Files.readAllLines(Path.of("/proc/self/mounts")).stream().anyMatch(this::isBelow)) {
            throw new IOException("something is still mounted below " + path + "; unmount it, then remove the folder");
        }
        Files.walkFileTree(path, new Remover());
    }

    private boolean isBelow(String mount) {
        var fields = mount.split(" ");
        return fields.length > 1 && fields[1].startsWith(path + "/");
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
