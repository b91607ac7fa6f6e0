package pikachu.containers.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a function's user can get at a path. With a user per container only the bits for others count: such a user
 * owns nothing of the machine and belongs to no group of it.
 */
public final class Reach {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int ENTER = 1;

    private final Identity identity;

    public Reach(Identity identity) {
        this.identity = identity;
    }

    /** What is in the way of reading (and writing) this file or folder, as the end of a sentence; empty if nothing. */
    public Optional<String> obstacle(Path path, boolean writable) {
        try {
            var real = path.toRealPath();
            var closed = closedFolderAbove(real);
            if (closed.isPresent()) {
                return closed.map(folder -> "the function's user may not enter " + folder + ": chmod o+x it");
            }
            return obstacleAt(real, writable);
        } catch (IOException missing) {
            return Optional.of("it does not exist or cannot be looked up (" + missing + ")");
        }
    }

    private Optional<String> obstacleAt(Path real, boolean writable) throws IOException {
        boolean folder = Files.isDirectory(real);
        if (!may(real, folder ? READ | ENTER : READ)) {
            return Optional.of("the function's user may not read " + real);
        }
        if (writable && !may(real, WRITE)) {
            return Optional.of("the function's user may not write " + real);
        }
        return Optional.empty();
    }

    /** Whether the function's user can run this program. */
    public boolean canRun(Path program) throws IOException {
        var real = program.toRealPath();
        return closedFolderAbove(real).isEmpty() && Files.isRegularFile(real) && may(real, READ | ENTER);
    }

    /** The outermost folder on the way to {@code path} that the function's user may not enter. */
    public Optional<Path> closedFolderAbove(Path path) throws IOException {
        var root = path.toAbsolutePath().getRoot();
        for (int names = 0; names < path.getNameCount(); names++) {
            var folder = names == 0 ? root : root.resolve(path.subpath(0, names));
            if (!may(folder, ENTER)) {
                return Optional.of(folder);
            }
        }
        return Optional.empty();
    }

    private boolean may(Path path, int wanted) throws IOException {
        return switch (identity) {
            case Identity.PerContainer _ -> ((int) Files.getAttribute(path, "unix:mode") & wanted) == wanted;
            case Identity.Shared _ ->
                ((wanted & READ) == 0 || Files.isReadable(path))
                        && ((wanted & WRITE) == 0 || Files.isWritable(path))
                        && ((wanted & ENTER) == 0 || Files.isExecutable(path));
        };
    }
}
