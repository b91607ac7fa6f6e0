package pikachu.core.directory.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.Set;

/** Who besides the platform may read what is written: everybody, or the group with this number. Nobody else writes. */
public record Readers(OptionalInt gid) {
    public static final Readers EVERYBODY = new Readers(OptionalInt.empty());

    private static final Set<PosixFilePermission> FILE_ALL = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> FILE_GROUP = PosixFilePermissions.fromString("rw-r-----");
    private static final Set<PosixFilePermission> FOLDER_ALL = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> FOLDER_GROUP = PosixFilePermissions.fromString("rwxr-x---");

    public static Readers group(int gid) {
        return new Readers(OptionalInt.of(gid));
    }

    /** Makes a file readable to them, whatever the process's umask. */
    public void admitToFile(Path file) throws IOException {
        admit(file, gid.isPresent() ? FILE_GROUP : FILE_ALL);
    }

    public void admitToFolder(Path folder) throws IOException {
        admit(folder, gid.isPresent() ? FOLDER_GROUP : FOLDER_ALL);
    }

    private void admit(Path path, Set<PosixFilePermission> permissions) throws IOException {
        if (gid.isPresent()) {
            Files.setAttribute(path, "unix:gid", gid.getAsInt());
        }
        Files.setPosixFilePermissions(path, permissions);
    }
}
