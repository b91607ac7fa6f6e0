package pikachu.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import pikachu.cli.client.Json;
import pikachu.cli.commands.Annotations;

/** Calls of one action, each after a rest in which a platform may pause its container. */
final class IdleCalls {
    private static final String ACTION = "rested";
    private static final Duration REST = Duration.ofMillis(300);

    private record Call(double wallMs, double waitMs) {}

    private final Target target;
    private final Report report;

    IdleCalls(Target target, Report report) {
        this.target = target;
        this.report = report;
    }

    /**
     * @param name in the table
     * @param key of the raw numbers
     */
    void measure(String name, String key, int count) {
        target.create(ACTION, Target.code("noop.py"));
        target.invoke(ACTION, Json.object(), true);
        var calls = new ArrayList<Call>();
        var failed = 0;
        var cold = 0;
        for (var i = 0; i < count; i++) {
            Target.pause(REST);
            var from = System.nanoTime();
            var answer = target.invoke(ACTION, Json.object(), true);
            var wall = (System.nanoTime() - from) / 1e6;
            if (answer.status() != 200) {
                failed++;
            } else if (!Annotations.value(answer.body(), "initTime").isMissingNode()) {
                cold++;
            } else {
                calls.add(new Call(
                        wall, Annotations.value(answer.body(), "waitTime").asDouble(0)));
            }
        }
        tell(name, key, calls, failed, cold);
    }

    private void tell(String name, String key, List<Call> calls, int failed, int cold) {
        if (calls.isEmpty()) {
            throw new IllegalStateException("none of the calls found its container warm; " + failed + " failed");
        }
        var errors = failed + cold == 0 ? "" : ", " + failed + " failed, " + cold + " cold";
        report.row(name + ", by its caller", sample(calls, Call::wallMs) + errors);
        report.row(name + ", wait", sample(calls, Call::waitMs));
        var raw = report.raw()
                .putObject(key)
                .put("failed", failed)
                .put("cold", cold)
                .putArray("calls");
        for (var call : calls) {
            raw.addObject().put("wallMs", call.wallMs).put("waitMs", call.waitMs);
        }
    }

    private static String sample(List<Call> calls, ToDoubleFunction<Call> part) {
        return new Sample(calls.stream().mapToDouble(part).boxed().toList()).text();
    }
}
