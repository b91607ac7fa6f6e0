package pikachu.cli.platform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Reads what a platform prints, so that it never blocks on a full pipe, waits for the line that says that it is ready, and
 * keeps the last lines for an error. One thread writes the lines; the queue is the only thing shared.
 */
final class PlatformOutput {
    private static final Pattern READY = Pattern.compile("pikachu is ready at (https?://\\S+)");
    private static final int KEPT = 40;

    private final ArrayBlockingQueue<String> last = new ArrayBlockingQueue<>(KEPT);
    /** Completes with the address, or with nothing when the output ends before. */
    private final CompletableFuture<Optional<String>> ready = new CompletableFuture<>();

    void read(InputStream from) {
        Thread.ofVirtual().name("platform-output").start(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    keep(line);
                }
            } catch (IOException e) {
                keep("(its output could not be read on: " + e.getMessage() + ")");
            }
            ready.complete(Optional.empty());
        });
    }

    private void keep(String line) {
        while (!last.offer(line)) {
            last.poll();
        }
        var matcher = READY.matcher(line);
        if (matcher.find()) {
            ready.complete(Optional.of(matcher.group(1)));
        }
    }

    /** The address, or nothing if the platform ended or the time is over. */
    Optional<String> address(Duration patience) throws InterruptedException {
        try {
            return ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The reader of the platform's output failed.", e);
        }
    }

    String lastLines() {
        return last.isEmpty() ? "It printed nothing." : "Its last output:\n  " + String.join("\n  ", last);
    }
}
