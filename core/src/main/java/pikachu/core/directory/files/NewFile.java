package pikachu.core.directory.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Puts a complete file in the place of another, so that whoever opens the path sees the old one or the new one. */
final class NewFile {
    /** Contents are gathered to pieces of this size, since a write of each line would be a system call of each. */
    private static final int CHUNK = 1 << 16;

    private NewFile() {}

    /** Returns the new file, open for appending. */
    static FileChannel replace(Path path, List<byte[]> content, Readers readers) throws IOException {
        var unfinished = path.resolveSibling("." + path.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        var file = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            readers.admitToFile(unfinished);
            writeAll(file, content);
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException | RuntimeException e) {
            discard(file, unfinished, e);
            throw e;
        }
    }

    private static void writeAll(FileChannel file, List<byte[]> content) throws IOException {
        var chunk = ByteBuffer.allocateDirect(CHUNK);
        for (var piece : content) {
            if (piece.length > chunk.remaining()) {
                flush(file, chunk);
            }
            if (piece.length > CHUNK) {
                writeFully(file, ByteBuffer.wrap(piece));
            } else {
                chunk.put(piece);
            }
        }
        flush(file, chunk);
    }

    private static void flush(FileChannel file, ByteBuffer chunk) throws IOException {
        chunk.flip();
        writeFully(file, chunk);
        chunk.clear();
    }

    static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static void discard(FileChannel file, Path unfinished, Exception why) {
        try {
            file.close();
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
