package pikachu.server.invoker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * One of a container's two output streams. A thread of its own reads it to the end, cuts it into lines, gives each the time
 * at which it came, and hands it to the {@link ActivationLog}; the runtime's sentinel says that an activation's output is
 * complete. The stream is always read on, whatever the log keeps, so that a function never blocks on its output.
 */
final class LogStream {
    static final byte[] SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_LINE = 16 * 1024;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InputStream input;
    private final String name;
    private final ActivationLog log;
    private final byte[] line = new byte[MAX_LINE];
    private int length;

    LogStream(InputStream input, String name, ActivationLog log) {
        this.input = input;
        this.name = name;
        this.log = log;
    }

    void start(String container) {
        Thread.ofPlatform().name("log-" + container + "-" + name).daemon(true).start(this::readToEnd);
    }

    void readToEnd() {
        var buffer = new byte[8 * 1024];
        try (input) {
            for (var got = input.read(buffer); got >= 0; got = input.read(buffer)) {
                take(buffer, got);
            }
        } catch (IOException e) {
            // The pipe was closed with its container: the same as its end.
            length = Math.max(length, 0);
        }
        if (length > 0) {
            emit();
        }
        log.ended(name);
    }

    private void take(byte[] buffer, int count) {
        for (var i = 0; i < count; i++) {
            if (buffer[i] == '\n') {
                emit();
            } else {
                line[length++] = buffer[i];
                if (length == MAX_LINE) {
                    emit();
                }
            }
        }
    }

    /** A sentinel may follow output that lacks its newline, as a subprocess's can. */
    private void emit() {
        var text = length;
        length = 0;
        var isLast = text >= SENTINEL.length
                && Arrays.equals(line, text - SENTINEL.length, text, SENTINEL, 0, SENTINEL.length);
        if (isLast) {
            text -= SENTINEL.length;
        }
        if (text > 0 || !isLast) {
            log.add(name, new String(line, 0, text, StandardCharsets.UTF_8));
        }
        if (isLast) {
            log.ended(name);
        }
    }

    /** OpenWhisk's form of a log line. */
    static String format(Instant time, String stream, String text) {
        return String.format(Locale.ROOT, "%-30s %s: %s", TIME.format(time), stream, text);
    }
}
