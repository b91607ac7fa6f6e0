package pikachu.core.directory.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * Follows a file {@code instances} as a function would: reads what was appended since the last time, and begins anew when
 * a new file has taken its place. Used by one thread.
 */
public final class InstancesReader implements AutoCloseable {
    private static final int VERSION = 1;

    private final Path path;
    private final Map<InstanceId, Entry> entries = new LinkedHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private Optional<Open> current = Optional.empty();
    private Optional<NamespaceName> namespace = Optional.empty();
    private String rest = "";
    private String generation = "";
    private boolean isMoved;

    private record Open(FileChannel file, Object inode) {}

    public InstancesReader(Path path) {
        this.path = path;
    }

    /** Reads what is new and returns all that the file says now, the lately gone included. */
    public Map<InstanceId, Entry> poll() {
        try {
            readOn();
            if (current.isEmpty() || isMoved || !current.get().inode().equals(inode())) {
                open();
                readOn();
            }
            return Map.copyOf(entries);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read directory file " + path + ": " + e.getMessage(), e);
        }
    }

    /** Of the first line; another one than before means that another file is read. */
    public String generation() {
        return generation;
    }

    @Override
    public void close() {
        current.ifPresent(open -> {
            try {
                open.file().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        current = Optional.empty();
    }

    private Object inode() throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    private void open() throws IOException {
        close();
        entries.clear();
        rest = "";
        isMoved = false;
        namespace = Optional.empty();
        // Taken before the file is opened: should a newer one come in between, the next poll opens once too often.
        var inode = inode();
        current = Optional.of(new Open(FileChannel.open(path, StandardOpenOption.READ), inode));
    }

    private void readOn() throws IOException {
        if (current.isEmpty()) {
            return;
        }
        while (current.get().file().read(buffer.clear()) > 0) {
            var text = rest + new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
            int from = 0;
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
                take(text.substring(from, end));
                from = end + 1;
            }
            rest = text.substring(from);
        }
    }

    private void take(String line) {
        if (namespace.isEmpty()) {
            takeHeader(line.split("\t", -1));
        } else if (line.equals("#moved")) {
            isMoved = true;
        } else if (!line.startsWith("#")) {
            InstanceLine.read(namespace.get(), line).ifPresent(entry -> entries.put(entry.id(), entry));
        }
    }

    private void takeHeader(String[] columns) {
        if (columns.length < 4
                || !columns[0].equals("#pikachu-directory")
                || !columns[1].equals(Integer.toString(VERSION))) {
            throw new IllegalStateException("File " + path + " is no directory of version " + VERSION
                    + ": its first line is " + String.join(" ", columns));
        }
        namespace = Optional.of(new NamespaceName(columns[2]));
        generation = columns[3];
    }
}
