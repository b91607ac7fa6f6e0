package pikachu.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.function.Predicate;

/** Takes server-sent events apart: {@code data:} lines up to an empty line; names, comments and retries are skipped. */
final class EventReader {
    private final BufferedReader lines;

    EventReader(BufferedReader lines) {
        this.lines = lines;
    }

    /** Whether the reader had enough, rather than the stream ended. */
    boolean read(Predicate<String> wantsMore) throws IOException {
        var data = new StringBuilder();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:")) {
                data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).strip());
            } else if (line.isEmpty() && !data.isEmpty()) {
                var event = data.toString();
                data.setLength(0);
                if (!wantsMore.test(event)) {
                    return true;
                }
            }
        }
        return false;
    }
}
