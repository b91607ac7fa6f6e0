package pikachu.server.main;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import pikachu.core.names.NamespaceName;
import pikachu.server.entities.Kinds;
import pikachu.server.invoker.Prewarm;

/**
 * {@code KIND[:MEMORY]=COUNT} as given on the command line.
 *
 * @param kind as a user writes it, {@code python:3}
 */
record PrewarmOption(String kind, int memoryMb, int count) {
    static final String NONE = "none";

    private static final int MEMORY_MB = 256;
    private static final Pattern FORM =
            Pattern.compile("(?<kind>[a-z]+(:[a-z0-9.]+)?)(:(?<memory>[0-9]{2,5}))?=(?<count>[0-9]{1,2})");

    static PrewarmOption parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("--prewarm takes KIND=COUNT, FAMILY:VERSION:MEMORY=COUNT (in MB, as in"
                    + " python:3:512=2) or none, not '" + text + "'.");
        }
        var kind = form.group("kind");
        var memory = form.group("memory");
        return new PrewarmOption(
                kind.contains(":") ? kind : kind + ":default",
                memory == null ? MEMORY_MB : Integer.parseInt(memory),
                Integer.parseInt(form.group("count")));
    }

    /** What to keep where nothing is said: the first call of a first try is fast, for some 10 MB. */
    static List<PrewarmOption> standard() {
        return List.of(new PrewarmOption("python:default", MEMORY_MB, 1));
    }

    static List<Prewarm> resolve(List<PrewarmOption> options, Kinds kinds, NamespaceName namespace) {
        var cells = new ArrayList<Prewarm>();
        for (var option : options) {
            var kind = kinds.resolve(option.kind())
                    .orElseThrow(() -> new StartFailure("--prewarm names the kind '" + option.kind()
                            + "', which this machine does not run. It runs: " + kinds.quoted()));
            cells.add(new Prewarm(namespace, kind.name(), option.memoryMb(), option.count()));
        }
        return cells;
    }
}
