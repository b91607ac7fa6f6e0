package pikachu.cli.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What happened when, in seconds since the first thing. All clocks are this machine's. */
final class Timeline {
    private record Moment(double epochSeconds, String what) {}

    private final List<Moment> moments = new ArrayList<>();

    void now(String what) {
        var now = Instant.now();
        moments.add(new Moment(now.getEpochSecond() + now.getNano() / 1e9, what));
    }

    /** A time that a function returned; one that failed may have none. */
    void at(JsonNode time, String what) {
        if (time.isNumber()) {
            moments.add(new Moment(time.asDouble(), what));
        }
    }

    List<String> lines() {
        var sorted = moments.stream()
                .sorted(Comparator.comparingDouble(Moment::epochSeconds))
                .toList();
        return sorted.stream()
                .map(moment -> String.format(
                        Locale.ROOT, "%9.3f s  %s", moment.epochSeconds - sorted.getFirst().epochSeconds, moment.what))
                .toList();
    }
}
