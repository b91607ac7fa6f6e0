package pikachu.containers.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import pikachu.containers.host.Reach;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec.Volume;

/** Volumes as a folder of symbolic links. That one is read-only cannot be held. */
public final class Volumes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    private Volumes() {}

    /**
     * For the start of a platform, so that a mistake shows at once and not in a function.
     *
     * @throws ContainerFailure naming the volume and the folder in the way
     */
    public static void check(Map<String, Volume> volumes, Reach reach) {
        volumes.forEach((name, volume) -> {
            requireName(name);
            reach.obstacle(volume.path(), volume.writable()).ifPresent(obstacle -> {
                throw new ContainerFailure(
                        "Volume " + name + "=" + volume.path() + " cannot be used by functions: " + obstacle);
            });
        });
    }

    static void link(Path folder, Map<String, Volume> volumes) throws IOException {
        for (var volume : volumes.entrySet()) {
            requireName(volume.getKey());
            Files.createSymbolicLink(
                    folder.resolve(volume.getKey()), volume.getValue().path().toRealPath());
        }
    }

    /** It becomes a part of a path. */
    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ContainerFailure("A volume's name is 1 to 64 of letters, digits, '.', '_' and '-', beginning with"
                    + " a letter, digit or '_'; not: " + name);
        }
    }
}
