package pikachu.containers.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Reach;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;

/**
 * Opens the invoker's folders to the container that they are for. With a user per container, the directory is then read
 * by the namespace's group alone, and the channel's socket found by this container alone.
 */
final class HostFolders {
    private static final int ROOT = 0;

    private final Identity identity;
    private final Reach reach;

    HostFolders(Identity identity, Reach reach) {
        this.identity = identity;
        this.reach = reach;
    }

    void open(ContainerSpec.Folders folders, int user, int group) {
        try {
            require(folders.directory());
            require(folders.channel());
            if (identity instanceof Identity.PerContainer) {
                give(folders.directory(), ROOT, group, "rwxr-x---");
                give(folders.channel(), user, group, "r-x------");
                openSockets(folders.channel());
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not open " + folders + " to the container", failure);
        }
    }

    private void require(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new ContainerFailure("Not a folder that a container could see: " + folder);
        }
        var closed = reach.closedFolderAbove(folder.toRealPath());
        if (closed.isPresent()) {
            throw new ContainerFailure("The container's user may not enter " + closed.get() + ", so it cannot see "
                    + folder + ": chmod o+x it, or keep the invoker's folders below the run folder");
        }
    }

    private static void give(Path folder, int user, int group, String mode) throws IOException {
        ContainerFolder.give(folder, user, group);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
    }

    /** Whoever may enter the folder may connect: only the container can. */
    private static void openSockets(Path channel) throws IOException {
        try (var files = Files.newDirectoryStream(channel)) {
            for (var socket : files) {
                if (Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther()) {
                    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
                }
            }
        }
    }
}
