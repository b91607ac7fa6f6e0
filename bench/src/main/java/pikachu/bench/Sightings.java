package pikachu.bench;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What the watcher saw in its directory file, beside what the instances told of themselves. All are readings of one
 * machine's clock.
 *
 * @param missing instances of which one of the times is not known
 */
record Sightings(List<Sighting> all, int missing) {
    /** Milliseconds from main's beginning, and from death; the first is negative where the entry was there before. */
    record Sighting(String id, boolean sameInvoker, double firstLineMs, double runningMs, double goneMs) {}

    /** @param result of watcher.py */
    static Sightings of(JsonNode result, List<String> ids) {
        var home = result.path("seen").path("watcher").path("invoker").asString("?");
        var all = new ArrayList<Sighting>();
        for (var id : ids) {
            var seen = result.path("seen").path(id);
            var told = result.path("told").path(id);
            if (seen.has("visible") && seen.has("gone") && told.has("began")) {
                var began = told.path("began").asDouble();
                var visible = seen.path("visible").asDouble();
                // changes may be joined; then the first line is the one that says running
                var running = seen.path("running").asDouble(visible);
                all.add(new Sighting(
                        id,
                        seen.path("invoker").asString("").equals(home),
                        (visible - began) * 1000,
                        (running - began) * 1000,
                        (seen.path("gone").asDouble() - told.path("died").asDouble()) * 1000));
            }
        }
        return new Sightings(all, ids.size() - all.size());
    }

    List<Sighting> where(boolean sameInvoker) {
        return all.stream()
                .filter(sighting -> sighting.sameInvoker == sameInvoker)
                .toList();
    }
}
