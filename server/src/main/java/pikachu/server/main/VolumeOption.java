package pikachu.server.main;

import java.nio.file.Path;
import java.util.regex.Pattern;
import pikachu.core.containers.ContainerSpec.Volume;

/** {@code NAME=PATH[:rw]} as given on the command line. */
record VolumeOption(String name, Volume volume) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");
    private static final String WRITABLE = ":rw";

    static VolumeOption parse(String text) {
        var equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new IllegalArgumentException("--volume takes NAME=PATH or NAME=PATH:rw, not '" + text + "'.");
        }
        var name = text.substring(0, equals);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "The name of a volume has 1 to 64 letters, digits, '.', '_' and '-', not '" + name + "'.");
        }
        var rest = text.substring(equals + 1);
        var isWritable = rest.endsWith(WRITABLE);
        var path = isWritable ? rest.substring(0, rest.length() - WRITABLE.length()) : rest;
        return new VolumeOption(name, new Volume(Path.of(path).toAbsolutePath().normalize(), isWritable));
    }
}
