package pikachu.backends.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import pikachu.core.store.StoreUnavailable;

/**
 * A folder of which this process is the only user, for as long as it lives: the kernel frees the lock when the process
 * dies, however it dies. The file beside it only names the holder.
 */
final class DataFolder implements AutoCloseable {
    private static final int LONGEST_PID = 20;

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static DataFolder take(Path path) {
        try {
            Files.createDirectories(path);
            var channel = FileChannel.open(path.resolve("pikachu.lock"), CREATE, READ, WRITE);
            try {
                return lock(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StoreUnavailable(
                    "Cannot use the data folder " + path + " (" + e + "): give one that this user may write to.", e);
        }
    }

    private static DataFolder lock(Path path, FileChannel channel) throws IOException {
        if (!isLocked(channel)) {
            throw new StoreUnavailable("The data folder " + path + " is in use by process " + holder(channel)
                    + ": stop that one first, or give this one another folder.");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8)));
        NativeLibrary.stage(path.resolve("native"));
        return new DataFolder(path, channel);
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // a store of this very process has it
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var pid = ByteBuffer.allocate(LONGEST_PID);
        channel.read(pid, 0);
        return new String(pid.array(), 0, pid.position(), UTF_8);
    }

    Path database() {
        return path.resolve("pikachu.db");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StoreUnavailable("Cannot give back the data folder " + path + ".", e);
        }
    }
}
