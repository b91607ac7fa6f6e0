package pikachu.runtime.action;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/** An action that came as a jar. It is left in one file: classes are read from it when they are needed. */
final class Jar {
    static final long EXPANDED_LIMIT = 512L * 1024 * 1024;

    /** In the working folder, which is the container's own. */
    static final Path FILE = Path.of("action.jar").toAbsolutePath();

    private Jar() {}

    static ActionFunction load(String code, EntryPoint entry, Path path, long limit)
            throws IOException, ReflectiveOperationException {
        URLClassLoader loader = null;
        try {
            Files.write(path, decode(code));
            var owner = check(path, entry, limit);
            loader = new URLClassLoader("action", new URL[] {path.toUri().toURL()}, Jar.class.getClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            return entry.load(owner, loader);
        } catch (Throwable problem) {
            if (loader != null) {
                loader.close();
            }
            Files.deleteIfExists(path);
            throw problem;
        }
    }

    private static byte[] decode(String code) {
        try {
            return Base64.getMimeDecoder().decode(code);
        } catch (IllegalArgumentException problem) {
            throw new BadAction("the code is not a base64-encoded jar (" + problem.getMessage() + ")");
        }
    }

    /** The class that is the entry point, once the jar is known to be one and of no unreasonable size. */
    private static String check(Path path, EntryPoint entry, long limit) throws IOException {
        try (var jar = new JarFile(path.toFile())) {
            long sum = 0;
            for (var entries = jar.entries(); entries.hasMoreElements(); ) {
                sum += Math.max(entries.nextElement().getSize(), 0);
            }
            if (sum > limit) {
                throw new BadAction("the jar expands to more than " + limit + " bytes");
            }
            return entry.className().orElseGet(() -> mainClass(jar));
        } catch (ZipException problem) {
            throw new BadAction("the code is not a base64-encoded jar (" + problem.getMessage() + ")");
        }
    }

    private static String mainClass(JarFile jar) {
        try {
            var manifest = jar.getManifest();
            var name = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            if (name != null) {
                return name;
            }
        } catch (IOException unreadable) {
            throw new BadAction("the jar's manifest cannot be read (" + unreadable.getMessage() + ")");
        }
        throw new BadAction(
                "nothing says which class to call: name it as the action's main, as in --main com.example.Hello,"
                        + " or as Main-Class in the jar's manifest");
    }
}
