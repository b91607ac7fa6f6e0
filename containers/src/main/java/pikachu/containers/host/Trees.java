package pikachu.containers.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.concurrent.TimeUnit;
import pikachu.core.containers.ContainerFailure;

/**
 * Removes folders that functions have written in. Walks by descriptor and follows no link, so that nobody who swaps a
 * folder for a link meanwhile makes root delete elsewhere.
 */
public final class Trees {
    /** Deeper ones are left to rm, which needs neither a stack frame nor a descriptor per level. */
    private static final int DEPTH = 64;

    private static final int SECONDS = 60;

    private Trees() {}

    /** Removes a file or a whole folder; nothing happens if it does not exist. */
    public static void remove(Path path) {
        try (var parent = Files.newDirectoryStream(path.toAbsolutePath().getParent())) {
            if (!(parent instanceof SecureDirectoryStream<Path> secure) || !remove(secure, path.getFileName(), 0)) {
                removeByCommand(path);
            }
        } catch (IOException obstinate) {
            // the folder itself is gone, or something in it went or came meanwhile
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                removeByCommand(path);
            }
        }
    }

    /** False when it is too deep. */
    private static boolean remove(SecureDirectoryStream<Path> in, Path name, int depth) throws IOException {
        var view = in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().isDirectory()) {
            in.deleteFile(name);
            return true;
        }
        if (depth == DEPTH) {
            return false;
        }
        try (var inner = in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (var child : inner) {
                if (!remove(inner, child.getFileName(), depth + 1)) {
                    return false;
                }
            }
        }
        in.deleteDirectory(name);
        return true;
    }

    private static void removeByCommand(Path path) {
        // root passes any mode; another user must first open what a function of its own has shut
        var script = Libc.user() == 0 ? "rm -rf -- \"$1\"" : "chmod -R u+rwX -- \"$1\" 2>/dev/null; rm -rf -- \"$1\"";
        try {
            var process = new ProcessBuilder("/bin/sh", "-c", script, "sh", path.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            if (!ended || Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new ContainerFailure("Could not remove " + path + " within " + SECONDS + " s: remove it by hand");
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not remove " + path, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ContainerFailure("Interrupted while removing " + path, interrupted);
        }
    }
}
