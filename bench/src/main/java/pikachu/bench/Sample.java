package pikachu.bench;

import java.util.List;
import java.util.Locale;

/** Measured values in milliseconds, each of them kept. */
record Sample(List<Double> ms) {
    Sample {
        ms = ms.stream().sorted().toList();
    }

    /** The nearest-rank percentile. */
    double percentile(double percent) {
        if (ms.isEmpty()) {
            return Double.NaN;
        }
        var rank = (int) Math.ceil(percent / 100 * ms.size());
        return ms.get(Math.max(rank, 1) - 1);
    }

    String text() {
        return String.format(Locale.ROOT, "p50 %.2f ms, p99 %.2f ms (%d)", percentile(50), percentile(99), ms.size());
    }
}
