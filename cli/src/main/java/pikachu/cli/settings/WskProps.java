package pikachu.cli.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * wsk's settings file: lines {@code KEY=VALUE}. What it does not know it leaves as it is. A file that is not there counts
 * as an empty one.
 */
public record WskProps(Path file, List<String> lines) {
    public WskProps {
        lines = List.copyOf(lines);
    }

    public static WskProps of(Map<String, String> environment) {
        var chosen = environment.getOrDefault("WSK_CONFIG_FILE", "");
        var home = environment.getOrDefault("HOME", System.getProperty("user.home", "."));
        return read(chosen.isEmpty() ? Path.of(home, ".wskprops") : Path.of(chosen));
    }

    static WskProps read(Path file) {
        try {
            return new WskProps(file, Files.isRegularFile(file) ? Files.readAllLines(file) : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the settings in " + file + ": " + e.getMessage(), e);
        }
    }

    public Optional<String> value(String key) {
        return lines.stream()
                .filter(line -> isFor(line, key))
                .map(line -> line.substring(line.indexOf('=') + 1).strip())
                .filter(value -> !value.isEmpty())
                .reduce((earlier, later) -> later);
    }

    public WskProps with(String key, String value) {
        var changed = new ArrayList<>(without(key).lines);
        changed.add(key + "=" + value);
        return new WskProps(file, changed);
    }

    public WskProps without(String key) {
        return new WskProps(
                file, lines.stream().filter(line -> !isFor(line, key)).toList());
    }

    private static boolean isFor(String line, String key) {
        var equals = line.indexOf('=');
        return equals > 0 && line.substring(0, equals).strip().equals(key);
    }

    /** Readable by its owner only, for it holds the key; whole or not at all. */
    public void save() {
        try {
            var folder = file.toAbsolutePath().getParent();
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var fresh = Files.createTempFile(folder, ".wskprops", ".new", mode);
            Files.write(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the settings to " + file + ": " + e.getMessage(), e);
        }
    }
}
