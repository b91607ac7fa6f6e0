package pikachu.containers.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import pikachu.containers.host.Libc;
import pikachu.core.containers.ContainerFailure;

/**
 * A pipe for one output stream of a container. A named one, because the JDK reads its own pipes to the end when the
 * process dies: a grandchild that keeps writing would then fill our memory, and what one writes afterwards would be
 * lost. It has a name only until the process has been started.
 */
final class Output implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile holder;
    private final InputStream stream;

    private Output(Path path, RandomAccessFile holder, InputStream stream) {
        this.path = path;
        this.holder = holder;
        this.stream = stream;
    }

    /** @param user who may open it again, as a write to /dev/stdout does */
    static Output open(Path path, int user) {
        Libc.makePipe(path);
        try {
            Files.setAttribute(path, "unix:uid", user);
            // opened for both ways first, so that neither end waits for the other
            var holder = new RandomAccessFile(path.toFile(), "rw");
            return new Output(path, holder, new FileInputStream(path.toFile()));
        } catch (IOException failure) {
            throw new ContainerFailure("Could not open the pipe " + path, failure);
        }
    }

    File writingEnd() {
        return path.toFile();
    }

    InputStream stream() {
        return stream;
    }

    /** Only the container writes from now on, so that the stream ends with its last writer. */
    void started() {
        try (holder) {
            Files.delete(path);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not remove the pipe " + path, failure);
        }
    }

    /** When nothing was started. */
    @Override
    public void close() {
        try (stream;
                holder) {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not close the pipe " + path, failure);
        }
    }
}
