package pikachu.core.directory.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pikachu.core.directory.Farewells;
import pikachu.core.directory.GoneKept;
import pikachu.core.instances.Entry;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * Writes one namespace's file {@code instances}: a change is appended with one write, and now and then the lines that
 * still count go into a new file, which takes the old one's place complete.
 *
 * <p>Used by one thread. When a write fails (disk full) the file that readers have open may end in a part of a line, which
 * without its newline counts for nothing; nothing is appended to that file any more, and the next call writes all that is
 * known into a new one.
 */
public final class InstancesFile implements AutoCloseable {
    private static final int FEW_LINES = 256;
    private static final long SMALL_FILE = 1 << 20;
    private static final byte[] MOVED = "#moved\n".getBytes(StandardCharsets.US_ASCII);

    private final Path path;
    private final NamespaceName namespace;
    private final Readers readers;
    private final InstantSource clock;

    private final Map<InstanceId, Known> known = new HashMap<>();
    private final Farewells gone = new Farewells(GoneKept.DEFAULT);
    private long generation;
    private Current current = new Current.None();
    private long lines;
    private long bytes;
    private long bytesWhenNew;

    private record Known(Entry entry, byte[] line) {
        boolean isGone(Epoch epoch) {
            return !entry.isAlive() && entry.epoch().equals(epoch);
        }
    }

    /** The file that appends go to, if there is a sound one. */
    private sealed interface Current {
        record None() implements Current {}

        record Open(FileChannel file) implements Current {}
    }

    public InstancesFile(Path path, NamespaceName namespace, Readers readers, InstantSource clock) {
        this.path = path;
        this.namespace = namespace;
        this.readers = readers;
        this.clock = clock;
    }

    /** Appends these entries, new or changed. */
    public void show(List<Entry> changed) {
        var added = new ArrayList<byte[]>(changed.size());
        for (var entry : changed) {
            added.add(learn(entry));
        }
        forgetLongGone();
        int size = sizeOf(added);
        switch (current) {
            case Current.Open(var file) when !isTooLongWith(added.size(), size) -> append(file, added, size);
            default -> rewrite();
        }
    }

    /** Makes these the whole content. */
    public void showAll(List<Entry> entries) {
        known.clear();
        gone.clear();
        entries.forEach(this::learn);
        forgetLongGone();
        rewrite();
    }

    /** What the file says, the lately gone included. */
    public List<Entry> entries() {
        return known.values().stream().map(Known::entry).toList();
    }

    @Override
    public void close() {
        if (current instanceof Current.Open(var file)) {
            current = new Current.None();
            closeQuietly(file);
        }
    }

    private byte[] learn(Entry entry) {
        var line = InstanceLine.write(entry);
        known.put(entry.id(), new Known(entry, line));
        if (!entry.isAlive()) {
            gone.add(entry, clock.millis());
        }
        return line;
    }

    /** What has been gone long enough, and the oldest of too many. */
    private void forgetLongGone() {
        long now = clock.millis();
        if (!gone.isQuiet(now)) {
            for (var next = gone.next(now); next.isPresent(); next = gone.next(now)) {
                var epoch = next.get().epoch();
                known.computeIfPresent(next.get().id(), (_, latest) -> latest.isGone(epoch) ? null : latest);
            }
        }
    }

    private static int sizeOf(List<byte[]> lines) {
        int size = 0;
        for (var line : lines) {
            size += line.length;
        }
        return size;
    }

    /** A file has at most twice the lines and bytes that it needs; so a compaction costs no more than its appends did. */
    private boolean isTooLongWith(int moreLines, int moreBytes) {
        return lines + moreLines > Math.max(FEW_LINES, 2L * known.size())
                || bytes + moreBytes > Math.max(SMALL_FILE, 2 * bytesWhenNew);
    }

    private void append(FileChannel file, List<byte[]> added, int size) {
        var all = ByteBuffer.allocate(size);
        added.forEach(all::put);
        all.flip();
        try {
            NewFile.writeFully(file, all);
        } catch (IOException e) {
            close();
            throw failed("append " + size + " bytes to", e);
        }
        lines += added.size();
        bytes += size;
    }

    private void rewrite() {
        var content = new ArrayList<byte[]>(known.size() + 1);
        content.add(header());
        known.values().forEach(entry -> content.add(entry.line()));
        FileChannel replacement;
        try {
            replacement = NewFile.replace(path, content, readers);
        } catch (IOException e) {
            close();
            throw failed("write " + content.size() + " lines to a new", e);
        }
        sayMoved();
        current = new Current.Open(replacement);
        lines = content.size();
        bytesWhenNew = sizeOf(content);
        bytes = bytesWhenNew;
    }

    private byte[] header() {
        generation++;
        return ("#pikachu-directory\t1\t" + namespace + "\t" + generation + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends those who read the old file to the path, where the new one is already. They notice without this, but later. */
    private void sayMoved() {
        if (current instanceof Current.Open(var old)) {
            try {
                NewFile.writeFully(old, ByteBuffer.wrap(MOVED));
            } catch (IOException _) {
                // a reader also sees that the file it has open has no name any more
            }
            close();
        }
    }

    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException _) {
            // all that matters of it was written, or the failure of that has been told
        }
    }

    private UncheckedIOException failed(String what, IOException e) {
        return new UncheckedIOException(
                "Could not " + what + " directory file " + path + " (" + e.getMessage()
                        + "). It is written anew at the next change; is the disk full or the folder gone?",
                e);
    }
}
