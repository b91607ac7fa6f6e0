package pikachu.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** Warm invocations of a Python no-op: latency alone, and throughput under load. */
final class Invocations {
    private static final String NOOP = "noop";
    private static final Duration LATENCY_AT_MOST = Duration.ofSeconds(60);
    private static final Duration LOAD_WARM_UP = Duration.ofSeconds(2);

    private final Target target;
    private final Report report;
    private final byte[] request;

    Invocations(Target target, Report report) {
        this.target = target;
        this.report = report;
        this.request = target.invocation(NOOP);
    }

    static void create(Target target) {
        target.create(NOOP, Target.code("noop.py"));
    }

    /** So that a platform of which little is asked is as warm itself as the one that is loaded first. */
    static void warmUp(Target target, int calls) {
        create(target);
        new ClosedLoop(target.base(), target.invocation(NOOP), 1).run(LATENCY_AT_MOST, calls);
    }

    /** @param calls after half as many that do not count */
    void latency(int calls) {
        var loop = new ClosedLoop(target.base(), request, 1);
        loop.run(LATENCY_AT_MOST, calls / 2);
        var load = loop.run(LATENCY_AT_MOST, calls);
        var p50 = percentile(load, 50);
        var figure = String.format(
                Locale.ROOT,
                "p50 %.2f ms, p99 %.2f ms (%d)",
                p50,
                percentile(load, 99),
                load.latency().getTotalCount());
        report.row("warm blocking, 1 client", figure + errors(load), "p50 < 1.5 ms", p50 < 1.5 && load.failed() == 0);
        keep(report.raw().putObject("warmLatency"), load);
    }

    void throughput(List<Integer> clients, Duration duration) {
        for (int count : clients) {
            var loop = new ClosedLoop(target.base(), request, count);
            // starts the containers that so many clients need
            loop.run(LOAD_WARM_UP);
            var load = loop.run(duration);
            var what = "throughput, " + count + (count == 1 ? " client" : " clients");
            var figure = String.format(
                            Locale.ROOT,
                            "%,.0f/s, p50 %.2f ms, p99 %.2f ms",
                            load.perSecond(),
                            percentile(load, 50),
                            percentile(load, 99))
                    + errors(load);
            if (count == 32) {
                report.row(what, figure, "3,000/s", load.perSecond() >= 3_000 && load.failed() == 0);
            } else {
                report.row(what, figure);
            }
            keep(report.raw().withArray("throughput").addObject().put("clients", count), load);
        }
    }

    private static double percentile(ClosedLoop.Load load, double percent) {
        return load.latency().getTotalCount() == 0 ? Double.NaN : load.latency().getValueAtPercentile(percent) / 1000.0;
    }

    private static String errors(ClosedLoop.Load load) {
        return load.failed() == 0 ? "" : ", errors " + load.errors();
    }

    private static void keep(ObjectNode into, ClosedLoop.Load load) {
        into.put("seconds", load.seconds()).put("perSecond", load.perSecond());
        var errors = into.putObject("errors");
        load.errors().forEach(errors::put);
        var counts = into.putArray("microsecondsAndCounts");
        for (var value : load.latency().recordedValues()) {
            counts.addArray().add(value.getValueIteratedTo()).add(value.getCountAtValueIteratedTo());
        }
    }
}
