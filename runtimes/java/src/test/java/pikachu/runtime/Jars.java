package pikachu.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars made for a test, in base64. */
public final class Jars {
    private Jars() {}

    public static String of(Map<String, byte[]> classes, Map<String, String> attributes) {
        return Base64.getEncoder().encodeToString(bytes(classes, attributes));
    }

    public static byte[] bytes(Map<String, byte[]> classes, Map<String, String> attributes) {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            for (var made : classes.entrySet()) {
                jar.putNextEntry(new JarEntry(made.getKey().replace('.', '/') + ".class"));
                jar.write(made.getValue());
                jar.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
