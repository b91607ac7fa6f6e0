package pikachu.containers.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import pikachu.core.containers.ContainerFailure;

/**
 * The slice's folder for sockets and other things of a run, locked while open. Its path is short, since a Unix socket's
 * may have 107 bytes. A folder that somebody else could have put in our way is refused, not used.
 */
public final class RunFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");

    private final Path parent;
    private final Path path;
    private final FileChannel lock;

    private RunFolder(Path parent, Path path, FileChannel lock) {
        this.parent = parent;
        this.path = path;
        this.lock = lock;
    }

    /** At the usual place: below /run, the user's runtime folder, or /tmp. */
    public static RunFolder open(Slice slice) {
        return open(usualPlace(System.getenv().getOrDefault("XDG_RUNTIME_DIR", "")), slice);
    }

    /** Where {@link #open(Slice)} has or will have this slice's. */
    public static Path usualPath(int slice) {
        return usualPlace(System.getenv().getOrDefault("XDG_RUNTIME_DIR", "")).resolve("slice" + slice);
    }

    /** Below {@code parent}, which is made if it is missing; the folder above it must exist. */
    public static RunFolder open(Path parent, Slice slice) {
        secure(parent);
        var path = secureIn(parent, "slice" + slice.number());
        return new RunFolder(parent, path, lock(path.resolve("lock")));
    }

    /** Another platform that ends may remove the empty parent just now. */
    private static Path secureIn(Path parent, String name) {
        try {
            return secure(parent.resolve(name));
        } catch (ContainerFailure failure) {
            if (Files.exists(parent)) {
                throw failure;
            }
            return secure(secure(parent).resolve(name));
        }
    }

    static Path usualPlace(String runtimeFolder) {
        boolean root = Libc.user() == 0;
        if (root && Files.isWritable(Path.of("/run"))) {
            return Path.of("/run/pikachu");
        }
        if (!root && !runtimeFolder.isEmpty() && Files.isWritable(Path.of(runtimeFolder))) {
            return Path.of(runtimeFolder, "pikachu");
        }
        return Path.of("/tmp/pikachu-" + Libc.user());
    }

    private static Path secure(Path folder) {
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OURS));
        } catch (FileAlreadyExistsException expected) {
            requireOurs(folder);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not make the run folder " + folder, failure);
        }
        try {
            // root's functions have users of their own and must pass through to their folders
            Files.setPosixFilePermissions(folder, Libc.user() == 0 ? PASSABLE : OURS);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not set the mode of the run folder " + folder, failure);
        }
        return folder;
    }

    private static void requireOurs(Path folder) {
        try {
            boolean folderOfOurs = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && (int) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS) == Libc.user();
            if (!folderOfOurs || ((int) Files.getAttribute(folder, "unix:mode") & 022) != 0) {
                throw new ContainerFailure("The run folder " + folder + " is a link, belongs to somebody else or can be"
                        + " written by others, so it is not used: remove it, or choose another run folder");
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not look at the run folder " + folder, failure);
        }
    }

    private static FileChannel lock(Path file) {
        try {
            var channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (channel.tryLock() == null) {
                channel.close();
                throw inUse(file);
            }
            return channel;
        } catch (OverlappingFileLockException _) {
            throw inUse(file);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not lock " + file, failure);
        }
    }

    private static ContainerFailure inUse(Path file) {
        return new ContainerFailure("Another platform, perhaps in another network namespace, holds " + file
                + ": give one of them another number");
    }

    public Path path() {
        return path;
    }

    /** Removes the folder and all that is in it. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            Trees.remove(path);
            removeParentIfEmpty();
        } catch (IOException failure) {
            throw new ContainerFailure("Could not release " + path, failure);
        }
    }

    /** Other slices may have theirs in it, or be about to. */
    private void removeParentIfEmpty() throws IOException {
        try {
            Files.deleteIfExists(parent);
        } catch (DirectoryNotEmptyException inUse) {
            return;
        }
    }
}
