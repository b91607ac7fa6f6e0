package pikachu.cli.client;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One request.
 *
 * @param path below {@code /api/v1}, encoded, with its query
 * @param purpose what an error says could not be done, like {@code get action 'fib'}
 * @param patience how long the answer may take
 */
public record Call(String method, String path, Optional<JsonNode> body, String purpose, Duration patience) {
    private static final Duration USUAL = Duration.ofSeconds(30);

    public static Call get(String path, String purpose) {
        return new Call("GET", path, Optional.empty(), purpose, USUAL);
    }

    public static Call put(String path, JsonNode body, String purpose) {
        // code may be 48 MiB over a slow line
        return new Call("PUT", path, Optional.of(body), purpose, Duration.ofMinutes(5));
    }

    public static Call post(String path, JsonNode body, String purpose) {
        // a blocking invocation is answered after at most 60 s
        return new Call("POST", path, Optional.of(body), purpose, Duration.ofSeconds(90));
    }

    public static Call delete(String path, String purpose) {
        return new Call("DELETE", path, Optional.empty(), purpose, USUAL);
    }
}
