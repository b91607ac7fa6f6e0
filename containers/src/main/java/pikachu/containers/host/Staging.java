package pikachu.containers.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import pikachu.core.containers.ContainerFailure;

/** Copies a runtime to where every function's user can read it: the installation may lie below a closed folder. */
public final class Staging {
    private final Path folder;

    public Staging(RunFolder runFolder) {
        this.folder = runFolder.path().resolve("runtimes");
    }

    /**
     * Copies the files of {@code source} that end as given, anew each time; sub-folders are left out.
     *
     * @return the copy's folder
     */
    public Path stage(String language, Path source, String suffix) {
        var target = folder.resolve(language);
        Trees.remove(target);
        try {
            open(Files.createDirectories(folder), "rwxr-xr-x");
            open(Files.createDirectory(target), "rwxr-xr-x");
            try (var files = Files.newDirectoryStream(source, "*" + suffix)) {
                for (var file : files) {
                    open(Files.copy(file, target.resolve(file.getFileName())), "rw-r--r--");
                }
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not copy the " + language + " runtime from " + source, failure);
        }
        return target;
    }

    private static void open(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
