package pikachu.server.api;

import java.time.Duration;
import pikachu.server.controller.PlatformLimits;
import pikachu.server.entities.Kinds;

/**
 * How the API is offered.
 *
 * @param host to listen on
 * @param port 0 for any that is free
 * @param build shown as build and build number by {@code GET /api/v1}
 * @param actionsBelieved how long an action of the cache is good although another controller may have changed it
 * @param requestTime for a request's arrival, and again for its answer's departure; then the connection is closed
 * @param keepAlive how often a silent stream of events says that it is alive
 */
public record ApiConfig(
        String host,
        int port,
        PlatformLimits limits,
        Kinds kinds,
        String build,
        Duration actionsBelieved,
        Duration requestTime,
        Duration keepAlive) {
    /** On this machine only, with the limits of a machine that belongs to its user. */
    public static ApiConfig local(int port, Kinds kinds) {
        return new ApiConfig(
                "127.0.0.1",
                port,
                PlatformLimits.standalone(),
                kinds,
                "0.1.0",
                Duration.ofSeconds(1),
                Duration.ofSeconds(65),
                Duration.ofSeconds(15));
    }

    public ApiConfig with(PlatformLimits other) {
        return new ApiConfig(host, port, other, kinds, build, actionsBelieved, requestTime, keepAlive);
    }

    public ApiConfig withTimes(Duration request, Duration alive) {
        return new ApiConfig(host, port, limits, kinds, build, actionsBelieved, request, alive);
    }
}
