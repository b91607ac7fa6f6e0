package pikachu.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import pikachu.cli.client.Json;
import tools.jackson.databind.JsonNode;

/**
 * How long a peer takes to see that an instance is there, and that it died. A watcher tails its directory file; others
 * begin, tell the watcher when by datagram, and kill themselves.
 */
final class DirectoryTimes {
    private static final int PORT = 65434;
    private static final int NAMES = 8;
    private static final int ATTEMPTS_EACH = 3;
    /** Below the time limit of an action. */
    private static final Duration AT_MOST = Duration.ofMinutes(4);

    private final Target target;
    private final Report report;
    private final int invokers;
    /** Where an action's instances went last: they tend to go there again. */
    private final Map<String, String> invokerOfAction = new HashMap<>();

    DirectoryTimes(Target target, Report report, int invokers) {
        this.target = target;
        this.report = report;
        this.invokers = invokers;
    }

    /** @param count instances for each placement */
    void measure(int count) {
        target.create("watcher", Target.code("watcher.py"));
        target.create("stop", Target.code("noop.py"));
        for (var i = 0; i < NAMES; i++) {
            target.create("mortal" + i, Target.code("mortal.py"));
        }
        var arguments =
                Json.object().put("instanceID", "watcher").put("port", PORT).put("seconds", AT_MOST.toSeconds() + 30);
        var activation = target.start("watcher", arguments);
        var watcher = Target.await(
                "the watcher's entry",
                Duration.ofSeconds(20),
                () -> target.instance("watcher")
                        .filter(entry -> entry.path("state").asString("").equals("running")));
        var ids = runMortals(watcher, count);
        target.invoke("stop", Json.object().put("instanceID", "stop"), true);
        var record = Target.await("the watcher's record", AT_MOST, () -> target.record(activation));
        var result = record.path("response").path("result");
        if (!record.path("response").path("success").asBoolean(false)) {
            throw new IllegalStateException("the watcher failed: " + result);
        }
        tell(Sightings.of(result, ids));
    }

    private List<String> runMortals(JsonNode watcher, int count) {
        var ids = new ArrayList<String>();
        var home = watcher.path("invoker").asString("");
        var same = 0;
        var other = 0;
        var end = System.nanoTime() + AT_MOST.toNanos();
        var enoughElsewhere = invokers == 1 ? 0 : count;
        while ((same < count || other < enoughElsewhere)
                && ids.size() < ATTEMPTS_EACH * (count + enoughElsewhere)
                && System.nanoTime() < end) {
            var id = "mortal-" + ids.size();
            var action = action(ids.size(), home, same < count);
            ids.add(id);
            var arguments = Json.object()
                    .put("instanceID", id)
                    .put("port", PORT)
                    .put("watcher", watcher.path("address").asString(""));
            target.invoke(action, arguments, true);
            // the answer may overtake the directory
            var invoker = Target.await("the entry of " + id, Duration.ofSeconds(20), () -> target.instance(id))
                    .path("invoker")
                    .asString("");
            invokerOfAction.put(action, invoker);
            if (invoker.equals(home)) {
                same++;
            } else {
                other++;
            }
        }
        return ids;
    }

    /** Prefers an action that went where instances are still needed. */
    private String action(int round, String home, boolean needsSame) {
        for (var i = 0; i < NAMES; i++) {
            var name = "mortal" + (round + i) % NAMES;
            var known = Optional.ofNullable(invokerOfAction.get(name));
            if (known.isEmpty() || known.get().equals(home) == needsSame) {
                return name;
            }
        }
        return "mortal" + round % NAMES;
    }

    private void tell(Sightings sightings) {
        tell("same invoker", sightings.where(true));
        if (invokers > 1) {
            tell("another invoker", sightings.where(false));
        }
        if (sightings.missing() > 0) {
            report.row("instances with a time missing", String.valueOf(sightings.missing()));
        }
        var raw = report.raw()
                .putObject("directory")
                .put("missing", sightings.missing())
                .putArray("sightings");
        for (var each : sightings.all()) {
            raw.addObject()
                    .put("id", each.id())
                    .put("sameInvoker", each.sameInvoker())
                    .put("firstLineMs", each.firstLineMs())
                    .put("runningMs", each.runningMs())
                    .put("goneMs", each.goneMs());
        }
    }

    private void tell(String where, List<Sightings.Sighting> sightings) {
        if (sightings.isEmpty()) {
            throw new IllegalStateException("no instance ran on the " + where + " with all its times known");
        }
        var first = sample(sightings, Sightings.Sighting::firstLineMs);
        var running = sample(sightings, Sightings.Sighting::runningMs);
        var gone = sample(sightings, Sightings.Sighting::goneMs);
        report.row("main begins to first line seen, " + where, first.text());
        report.row("main begins to seen running, " + where, running.text(), "p99 < 20 ms", running.percentile(99) < 20);
        report.row("kill -9 to seen gone, " + where, gone.text(), "p99 < 50 ms", gone.percentile(99) < 50);
    }

    private static Sample sample(List<Sightings.Sighting> sightings, ToDoubleFunction<Sightings.Sighting> part) {
        return new Sample(sightings.stream().mapToDouble(part).boxed().toList());
    }
}
