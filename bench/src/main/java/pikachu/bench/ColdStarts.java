package pikachu.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import pikachu.cli.client.Json;
import pikachu.cli.commands.Annotations;
import tools.jackson.databind.JsonNode;

/** The first invocation of an action nobody has invoked: once as its caller sees it, once as its record tells. */
final class ColdStarts {
    /** So that one start does not pay for what the platform prepares after the one before. */
    private static final Duration BETWEEN = Duration.ofMillis(250);

    private record Start(double wallMs, double waitMs, double initMs) {}

    private final Target target;
    private final Report report;

    /** The platform keeps stem cells, and has had time to make them. */
    private final boolean isPooled;

    ColdStarts(Target target, Report report, boolean isPooled) {
        this.target = target;
        this.report = report;
        this.isPooled = isPooled;
    }

    void measure(int count) {
        var starts = new ArrayList<Start>();
        var failed = 0;
        for (var i = 0; i < count; i++) {
            var name = "cold" + i;
            target.create(name, Target.code("noop.py") + "# " + i + "\n");
            Target.pause(BETWEEN);
            var from = System.nanoTime();
            var answer = target.invoke(name, Json.object(), true);
            var wall = (System.nanoTime() - from) / 1e6;
            if (answer.status() == 200) {
                starts.add(new Start(wall, time(answer.body(), "waitTime"), time(answer.body(), "initTime")));
            } else {
                failed++;
            }
            target.delete(name);
        }
        tell(starts, failed);
    }

    private static double time(JsonNode record, String annotation) {
        return Annotations.value(record, annotation).asDouble(0);
    }

    private void tell(List<Start> starts, int failed) {
        if (starts.isEmpty()) {
            throw new IllegalStateException("none of " + failed + " cold starts succeeded");
        }
        var errors = failed == 0 ? "" : ", " + failed + " failed";
        var name = isPooled ? "start from a stem cell" : "cold start, nothing pooled";
        var bar = isPooled ? 20 : 80;
        var wall = sample(starts, Start::wallMs);
        report.row(
                name + ", by its caller",
                wall.text() + errors,
                "p50 < " + bar + " ms",
                wall.percentile(50) < bar && failed == 0);
        report.row(name + ", wait", sample(starts, Start::waitMs).text());
        report.row(name + ", /init", sample(starts, Start::initMs).text());
        var raw = report.raw()
                .putObject(isPooled ? "stemCellStarts" : "coldStarts")
                .put("failed", failed)
                .putArray("starts");
        for (var start : starts) {
            raw.addObject()
                    .put("wallMs", start.wallMs)
                    .put("waitMs", start.waitMs)
                    .put("initMs", start.initMs);
        }
    }

    private static Sample sample(List<Start> starts, ToDoubleFunction<Start> part) {
        return new Sample(starts.stream().mapToDouble(part).boxed().toList());
    }
}
