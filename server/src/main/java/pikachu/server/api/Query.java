package pikachu.server.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import pikachu.server.controller.Refused;

/** A request's query parameters, with OpenWhisk's words for what is wrong with them. Of equal names the first counts. */
final class Query {
    private static final int DEFAULT_LIMIT = 30;
    private static final int MAX_LIMIT = 200;

    private final Map<String, String> values = new LinkedHashMap<>();

    Query(String raw) {
        if (raw.isEmpty()) {
            return;
        }
        for (var pair : raw.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                values.putIfAbsent(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refused.rejected(
                    400, "The request's query is malformed: a percent sign needs two hexadecimal digits.");
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    boolean flag(String name, boolean otherwise) {
        var value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw Refused.malformedQuery(name, "'" + value + "' is not a valid Boolean value");
        };
    }

    /** How many elements are wanted; 0 asks for as many as there may be. */
    int limit(String collection) {
        var value = values.get("limit");
        if (value == null) {
            return DEFAULT_LIMIT;
        }
        int limit = integer("limit", value, collection);
        if (limit < 0 || limit > MAX_LIMIT) {
            throw Refused.malformedQuery(
                    "limit",
                    "The value '" + value + "' is not in the range of 0 to " + MAX_LIMIT + " for " + collection + ".");
        }
        return limit == 0 ? MAX_LIMIT : limit;
    }

    int skip(String collection) {
        var value = values.get("skip");
        if (value == null) {
            return 0;
        }
        int skip = integer("skip", value, collection);
        if (skip < 0) {
            throw Refused.malformedQuery(
                    "skip", "The value '" + value + "' is not greater than or equal to 0 for " + collection + ".");
        }
        return skip;
    }

    /** Milliseconds since 1970; OpenWhisk's text calls them seconds. */
    long time(String name, long otherwise) {
        var value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw Refused.malformedQuery(name, "Parameter is not a valid value for epoch seconds: " + value);
        }
    }

    private static int integer(String name, String value, String collection) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw Refused.malformedQuery(name, "The value '" + value + "' is not an integer for " + collection + ".");
        }
    }
}
