package pikachu.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The file that is sent, and what must arrive. */
record SharedFile(Path path, long size, String sha256) {
    /** The JDK's own image of its classes: everybody has it, and it is over 100 MB. */
    static Path usual() {
        return Path.of(System.getProperty("java.home"), "lib", "modules");
    }

    static SharedFile of(Optional<Path> chosen) {
        var typed = chosen.orElseGet(SharedFile::usual);
        if (!Files.exists(typed)) {
            throw new IllegalArgumentException("There is no file " + typed + ". Name another one: pikachu demo FILE");
        }
        if (!Files.isRegularFile(typed)) {
            throw new IllegalArgumentException(typed + " is no regular file. Name one: pikachu demo FILE");
        }
        try {
            var path = typed.toRealPath();
            var digest = MessageDigest.getInstance("SHA-256");
            var size = feed(path, digest);
            if (size == 0) {
                throw new IllegalArgumentException(
                        typed + " is empty, so there is nothing to send. Name another file.");
            }
            return new SharedFile(path, size, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read " + typed + " (" + e.getClass().getSimpleName() + "). Name another file.", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JDK has no SHA-256.", e);
        }
    }

    private static long feed(Path path, MessageDigest digest) throws IOException {
        var buffer = new byte[1 << 20];
        var size = 0L;
        try (var in = Files.newInputStream(path)) {
            for (var count = in.read(buffer); count > 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        }
        return size;
    }
}
