package pikachu.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import pikachu.cli.client.Json;
import tools.jackson.databind.node.ObjectNode;

/** What was measured: rows for people, as they come, and raw numbers for everything else. */
final class Report {
    private final PrintStream out;
    private final ObjectNode raw = Json.object();
    private final List<String> failures = new ArrayList<>();

    Report(PrintStream out) {
        this.out = out;
    }

    ObjectNode raw() {
        return raw;
    }

    void heading(String text) {
        out.println();
        out.println(text);
    }

    void row(String what, String figure) {
        line(what, figure, "");
    }

    /**
     * @param bar what the design asks for
     * @param held whether this machine gave it now
     */
    void row(String what, String figure, String bar, boolean held) {
        line(what, figure, "bar: " + bar + (held ? "  held" : "  MISSED"));
        raw.withArray("bars")
                .addObject()
                .put("figure", what)
                .put("measured", figure)
                .put("bar", bar)
                .put("held", held);
    }

    private void line(String what, String figure, String bar) {
        out.println(String.format(Locale.ROOT, "  %-50s %-42s %s", what, figure, bar)
                .stripTrailing());
        out.flush();
    }

    /** A part that could not be measured; the others go on. */
    void failure(String part, RuntimeException e) {
        failures.add(part);
        line(part, "FAILED", String.valueOf(e.getMessage()));
        raw.withObject("failures").put(part, String.valueOf(e));
    }

    boolean isComplete() {
        return failures.isEmpty();
    }
}
