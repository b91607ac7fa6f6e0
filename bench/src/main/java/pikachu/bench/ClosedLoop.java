package pikachu.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/** A number of clients, each sending its next request when it has the answer to the last one. */
record ClosedLoop(URI base, byte[] request, int clients) {
    /**
     * @param latency in microseconds, of answers with 200 only
     * @param errors by status or kind of failure
     */
    record Load(Histogram latency, Map<String, Long> errors, double seconds) {
        double perSecond() {
            return latency.getTotalCount() / seconds;
        }

        long failed() {
            return errors.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    Load run(Duration duration) {
        return run(duration, Long.MAX_VALUE);
    }

    /** Until the time is over or each client has had its number of calls. */
    Load run(Duration duration, long callsEach) {
        var start = new CountDownLatch(1);
        var workers = new ArrayList<Worker>();
        for (var i = 0; i < clients; i++) {
            var worker = new Worker(start, duration, callsEach);
            workers.add(worker);
            worker.start();
        }
        var from = System.nanoTime();
        start.countDown();
        var latency = histogram();
        var errors = new TreeMap<String, Long>();
        for (var worker : workers) {
            worker.finish(duration.plusSeconds(90));
            latency.add(worker.latency);
            worker.errors.forEach((what, count) -> errors.merge(what, count, Long::sum));
        }
        return new Load(latency, errors, (System.nanoTime() - from) / 1e9);
    }

    private static Histogram histogram() {
        return new Histogram(120_000_000L, 3);
    }

    /** Its fields are its own until it has ended. */
    private final class Worker extends Thread {
        private final CountDownLatch begin;
        private final Duration duration;
        private final long calls;
        private final Histogram latency = histogram();
        private final Map<String, Long> errors = new TreeMap<>();

        Worker(CountDownLatch begin, Duration duration, long calls) {
            super("client");
            setDaemon(true);
            this.begin = begin;
            this.duration = duration;
            this.calls = calls;
        }

        @Override
        public void run() {
            try {
                begin.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            var end = System.nanoTime() + duration.toNanos();
            var left = calls;
            while (left > 0 && System.nanoTime() < end) {
                left = session(end, left);
            }
        }

        /** As long as one connection lasts; returns how many calls are left. */
        private long session(long end, long calls) {
            var left = calls;
            try (var connection = new KeepAlive(base, request)) {
                while (left > 0 && System.nanoTime() < end) {
                    left--;
                    var from = System.nanoTime();
                    var status = connection.call();
                    if (status == 200) {
                        latency.recordValue((System.nanoTime() - from) / 1000);
                    } else {
                        errors.merge("status " + status, 1L, Long::sum);
                    }
                }
            } catch (IOException e) {
                errors.merge(e.getClass().getSimpleName(), 1L, Long::sum);
                return left - 1;
            }
            return left;
        }

        void finish(Duration patience) {
            try {
                if (!join(patience)) {
                    throw new IllegalStateException("A client did not end within " + patience.toSeconds() + " s.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while clients were running.", e);
            }
        }
    }
}
