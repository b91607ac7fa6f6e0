package pikachu.core.activations;

import java.util.List;
import java.util.OptionalLong;

/**
 * What is kept of an activation once it has ended. Created once, never replaced.
 *
 * @param startMs milliseconds since 1970; for a cold start the run's start minus the time that /init took
 * @param endMs milliseconds since 1970
 * @param result the action's result or {@code {"error": ...}}
 * @param size length of the raw response, bytes
 * @param logs lines in OpenWhisk's form, {@code TIME stream: text}
 * @param timedOut whether it was ended by its time limit
 * @param waitMs from acceptance to /init, or to /run in a warm container
 * @param initMs time that /init took; absent when the container was warm
 */
public record ActivationRecord(
        Activation activation,
        long startMs,
        long endMs,
        Status status,
        JsonText result,
        int size,
        List<String> logs,
        boolean timedOut,
        OptionalLong waitMs,
        OptionalLong initMs) {
    public ActivationRecord {
        logs = List.copyOf(logs);
    }

    public ActivationRecord withLogs(List<String> lines) {
        return new ActivationRecord(activation, startMs, endMs, status, result, size, lines, timedOut, waitMs, initMs);
    }

    /** The record of an activation that the platform could not bring to an end. {@code why} holds no quotes. */
    public static ActivationRecord internalError(Activation activation, long nowMs, String why) {
        var result = new JsonText("{\"error\":\"" + why + "\"}");
        return new ActivationRecord(
                activation,
                nowMs,
                nowMs,
                Status.INTERNAL_ERROR,
                result,
                result.length(),
                List.of(),
                false,
                OptionalLong.empty(),
                OptionalLong.empty());
    }
}
