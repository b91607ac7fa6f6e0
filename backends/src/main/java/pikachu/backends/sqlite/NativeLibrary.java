package pikachu.backends.sqlite;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The driver's native library, unpacked once into the data folder instead of into a new temporary file at each start:
 * that costs 75 ms of CPU, and a killed process leaves it behind. If the copy cannot be made (full disk) or does not load,
 * the driver unpacks its own as ever.
 */
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /** To be called before the first connection of the process is opened; later it changes nothing. */
    static void stage(Path folder) {
        try {
            var name = SQLiteJDBCLoader.getVersion() + "-" + LibraryLoaderUtil.getNativeLibName();
            Files.createDirectories(folder);
            removeAllBut(name, folder);
            var resource = SQLiteJDBCLoader.class.getResource(
                    LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName());
            if (resource != null) {
                unpack(resource, folder.resolve(name));
                System.setProperty(
                        "org.sqlite.lib.path", folder.toAbsolutePath().toString());
                System.setProperty("org.sqlite.lib.name", name);
            }
        } catch (IOException e) {
            LOG.warn("event=native_library_not_staged folder={} reason=\"{}\"", folder, e.toString());
        }
    }

    private static void removeAllBut(String name, Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (var left : files.filter(file -> !file.endsWith(name)).toList()) {
                Files.deleteIfExists(left);
            }
        }
    }

    private static void unpack(URL resource, Path target) throws IOException {
        var connection = resource.openConnection();
        if (Files.exists(target) && Files.size(target) == connection.getContentLengthLong()) {
            return;
        }
        var unpacking = target.resolveSibling(target.getFileName() + ".unpacking");
        try (var in = connection.getInputStream()) {
            Files.copy(in, unpacking, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(unpacking, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
