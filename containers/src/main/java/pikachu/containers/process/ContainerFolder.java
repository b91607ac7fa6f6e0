package pikachu.containers.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import pikachu.containers.host.Trees;
import pikachu.core.containers.ContainerFailure;

/**
 * What is made in the run folder for one container: {@code c5/{home,tmp,control,volumes}}. The folder itself stays
 * ours, so that the function cannot open it to others.
 */
record ContainerFolder(Path path) {
    /** sun_path without its closing zero. */
    private static final int LONGEST_SOCKET = 107;

    static ContainerFolder of(Path runFolder, int number) {
        return new ContainerFolder(runFolder.resolve("c" + number));
    }

    Path home() {
        return path.resolve("home");
    }

    Path temporary() {
        return path.resolve("tmp");
    }

    Path volumes() {
        return path.resolve("volumes");
    }

    Path control() {
        return path.resolve("control/s");
    }

    void make(int user, int group) {
        int length = control().toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET) {
            throw new ContainerFailure("The run folder's path is too long: a socket may have " + LONGEST_SOCKET
                    + " bytes, " + control() + " has " + length + "; choose a shorter one");
        }
        Trees.remove(path);
        try {
            make(path, "rwx--x--x");
            make(volumes(), "rwxr-xr-x");
            for (var own : new Path[] {home(), temporary(), control().getParent()}) {
                make(own, "rwx------");
                give(own, user, group);
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not make the folders of a container in " + path, failure);
        }
    }

    private static void make(Path folder, String mode) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    }

    static void give(Path path, int user, int group) throws IOException {
        Files.setAttribute(path, "unix:gid", group);
        Files.setAttribute(path, "unix:uid", user);
    }

    void remove() {
        Trees.remove(path);
    }
}
