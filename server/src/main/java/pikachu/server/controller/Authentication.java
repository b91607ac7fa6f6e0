package pikachu.server.controller;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import pikachu.server.entities.Identity;

/**
 * Finds out who calls. Only HTTP Basic is understood: the user is the namespace's UUID, the password its secret. What was
 * found in the store is believed for five minutes, as OpenWhisk does, so a revoked key works that much longer.
 */
public final class Authentication {
    private static final long BELIEVED_MS = Duration.ofMinutes(5).toMillis();
    private static final int MAX_CACHED = 10_000;
    private static final String BASIC = "Basic ";
    private static final String ABSENT =
            "The resource requires authentication, which was not supplied with the request";
    private static final String INVALID = "The supplied authentication is invalid";

    private final Subjects subjects;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Identity identity, long sinceMs) {}

    public Authentication(Subjects subjects, InstantSource clock) {
        this.subjects = subjects;
        this.clock = clock;
    }

    /**
     * @param header the value of {@code Authorization}
     * @throws Refused with 401
     */
    public Identity authenticate(Optional<String> header) {
        var value = header.orElseThrow(() -> Refused.rejected(401, ABSENT));
        if (!value.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw Refused.rejected(401, ABSENT);
        }
        var credentials = decode(value.substring(BASIC.length()).strip());
        int colon = credentials.indexOf(':');
        if (colon < 0) {
            throw invalid();
        }
        var identity = find(credentials.substring(0, colon)).orElseThrow(Authentication::invalid);
        if (!Subjects.isSame(credentials.substring(colon + 1), identity.secret())) {
            throw invalid();
        }
        return identity;
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
    }

    private Optional<Identity> find(String uuid) {
        long now = clock.millis();
        var cached = known.get(uuid);
        if (cached != null && now - cached.sinceMs < BELIEVED_MS && now >= cached.sinceMs) {
            return Optional.of(cached.identity);
        }
        var found = subjects.find(uuid);
        if (found.isEmpty()) {
            known.remove(uuid);
            return found;
        }
        if (known.size() >= MAX_CACHED) {
            known.clear();
        }
        known.put(uuid, new Known(found.get(), now));
        return found;
    }

    private static Refused invalid() {
        return Refused.rejected(401, INVALID);
    }
}
