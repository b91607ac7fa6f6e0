package pikachu.server.invoker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import pikachu.core.directory.files.HostsFile;
import pikachu.core.directory.files.InstancesFile;
import pikachu.core.directory.files.Readers;
import pikachu.core.instances.Entry;
import pikachu.core.names.NamespaceName;

/**
 * One namespace's directory on this host, as its containers have it mounted: a folder that only the platform writes.
 *
 * <p>When a call fails (disk full), the readers keep the last complete state, and the next call writes everything anew.
 */
public final class DirectoryFolder implements AutoCloseable {
    private static final int LONGEST_NAME = 100;
    private static final long HOSTS_REST_MS = 50;

    private final Path folder;
    private final InstancesFile instances;
    private final HostsFile hosts;
    private final InstantSource clock;

    /** Guards both files. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean isClosed;
    private long hostsWrittenMs;

    /** Makes the folder below {@code root}, empty of instances. */
    public DirectoryFolder(Path root, NamespaceName namespace, Readers readers, InstantSource clock) {
        this.folder = root.resolve(folderName(namespace));
        this.clock = clock;
        this.instances = new InstancesFile(folder.resolve("instances"), namespace, readers, clock);
        this.hosts = new HostsFile(folder.resolve("hosts"), readers);
        try {
            Files.createDirectories(folder);
            readers.admitToFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Could not make directory folder " + folder + " (" + e.getMessage() + "). Is " + root
                            + " writable, and does the group exist?",
                    e);
        }
        showAll(List.of());
    }

    /** What containers mount. */
    public Path path() {
        return folder;
    }

    /** Adds what is new or has changed. */
    public void show(List<Entry> changed) {
        inBoth(changed, instances::show, entries -> {
            hosts.learn(entries);
            writeHostsIfDue();
        });
    }

    /** Makes these the whole content. */
    public void showAll(List<Entry> entries) {
        inBoth(entries, instances::showAll, all -> {
            hosts.learnAll(all);
            writeHostsIfDue();
        });
    }

    /** Time has passed: what {@code hosts} lacks is written if it has rested long enough. */
    public void tick() {
        inBoth(List.of(), none -> {}, none -> writeHostsIfDue());
    }

    /**
     * The file is written whole, so under churn it is written now and then; a first change after a rest is written at once.
     */
    private void writeHostsIfDue() {
        var now = clock.millis();
        if (now - hostsWrittenMs >= HOSTS_REST_MS) {
            hostsWrittenMs = now;
            hosts.write();
        }
    }

    /** What the folder says, the lately gone included. */
    public List<Entry> entries() {
        lock.lock();
        try {
            return instances.entries();
        } finally {
            lock.unlock();
        }
    }

    /** Removes the folder. */
    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            instances.close();
            remove();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Could not remove directory folder " + folder + " (" + e.getMessage() + "). Remove it by hand.", e);
        } finally {
            lock.unlock();
        }
    }

    private void remove() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    /** Both files learn of every change even when the first could not be written, since neither is told again. */
    private void inBoth(List<Entry> entries, Consumer<List<Entry>> first, Consumer<List<Entry>> second) {
        lock.lock();
        try {
            if (isClosed) {
                return; // a change that was under way when the last container left
            }
            try {
                first.accept(entries);
            } catch (UncheckedIOException e) {
                alsoAfter(e, entries, second);
                throw e;
            }
            second.accept(entries);
        } finally {
            lock.unlock();
        }
    }

    private static void alsoAfter(UncheckedIOException failure, List<Entry> entries, Consumer<List<Entry>> second) {
        try {
            second.accept(entries);
        } catch (UncheckedIOException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    /**
     * A file name for any namespace: what is not a letter, digit, '_' or '-' is written as %XX, and a long name is cut and
     * told from others by a hash. A namespace holds neither '%' nor '~', so no two share a folder.
     */
    static String folderName(NamespaceName namespace) {
        var encoded = namespace
                .value()
                .chars()
                .mapToObj(c -> isPlain(c) ? Character.toString(c) : "%%%02X".formatted(c))
                .collect(Collectors.joining());
        if (encoded.length() <= LONGEST_NAME) {
            return encoded;
        }
        return encoded.substring(0, LONGEST_NAME - 33) + "~" + hash(namespace.value());
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    private static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256, this one does not.", e);
        }
    }
}
