package pikachu.containers.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pikachu.core.containers.RuntimeCommand;

/**
 * A language's interpreter on this machine.
 *
 * @param language as in kinds, {@code python}
 * @param version major and minor, {@code 3.11}
 * @param path of the real binary, not of a shim
 */
public record Interpreter(String language, String version, Path path) {
    public String kind() {
        return language + ":" + version;
    }

    /**
     * What a driver starts for an action of this kind.
     *
     * @param flags of the interpreter
     * @param proxy where the function's user can read it, see {@link Staging}
     */
    public RuntimeCommand command(List<String> flags, Path proxy) {
        var arguments = new ArrayList<String>();
        arguments.add(path.toString());
        arguments.addAll(flags);
        arguments.add(proxy.toString());
        return new RuntimeCommand(kind(), arguments);
    }

    /** {@code python:3.11 is /usr/bin/python3.11}, for the user to read. */
    @Override
    public String toString() {
        return kind() + " is " + path;
    }
}
