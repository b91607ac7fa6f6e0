package pikachu.server.invoker;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One line of a function, understood. */
record ChannelRequest(Said said, Optional<Channel.Counts> counts, boolean isWatching) {
    private static final int MAX_FOR = 128;
    private static final long MAX_COUNT = 1L << 53;

    /** What an instance says of itself; {@code waitsFor} only beside WAITING. */
    record Said(Optional<State> state, Optional<String> waitsFor, Optional<JsonText> attributes) {
        boolean isEmpty() {
            return state.isEmpty() && attributes.isEmpty();
        }
    }

    /** A line that asks for nothing that there is; the message is for the function's author. */
    static final class Misunderstood extends RuntimeException {
        private static final long serialVersionUID = 1;

        Misunderstood(String message) {
            super(message, null, false, false);
        }
    }

    static ChannelRequest parse(byte[] line) {
        var request = tree(line);
        if (!request.isObject()) {
            throw new Misunderstood("A request is one JSON object on one line.");
        }
        requireWholeCharacters(request);
        var state = member(request, "state").map(ChannelRequest::state);
        var waitsFor = member(request, "for").map(ChannelRequest::waitsFor);
        var attributes = member(request, "attributes").map(ChannelRequest::attributes);
        var counts = member(request, "counts").map(ChannelRequest::counts);
        var watch = member(request, "watch").map(ChannelRequest::watch);
        if (waitsFor.isPresent() && !state.equals(Optional.of(State.WAITING))) {
            throw new Misunderstood("'for' stands beside \"state\":\"waiting\" only.");
        }
        if (state.isEmpty() && attributes.isEmpty() && counts.isEmpty() && watch.isEmpty()) {
            throw new Misunderstood("A request has one of state, attributes, counts, watch.");
        }
        return new ChannelRequest(new Said(state, waitsFor, attributes), counts, watch.isPresent());
    }

    private static JsonNode tree(byte[] line) {
        try {
            return ChannelLines.JSON.readTree(line);
        } catch (JacksonException e) {
            throw new Misunderstood("The line is not JSON in UTF-8: " + e.getOriginalMessage());
        }
    }

    private static Optional<JsonNode> member(JsonNode object, String name) {
        return Optional.ofNullable(object.get(name));
    }

    private static State state(JsonNode value) {
        return switch (value.isString() ? value.stringValue() : "") {
            case "running" -> State.RUNNING;
            case "waiting" -> State.WAITING;
            case "leaving" -> State.LEAVING;
            default -> throw new Misunderstood("A state is \"running\", \"waiting\" or \"leaving\".");
        };
    }

    private static String waitsFor(JsonNode value) {
        if (!value.isString() || value.stringValue().length() > MAX_FOR) {
            throw new Misunderstood("'for' is a text of at most " + MAX_FOR + " characters.");
        }
        return value.stringValue();
    }

    private static JsonText attributes(JsonNode value) {
        if (!value.isObject()) {
            throw new Misunderstood("Attributes are a JSON object.");
        }
        var compact = compact(value);
        if (compact.length() > Entry.MAX_ATTRIBUTES) {
            throw new Misunderstood(
                    "Attributes have " + compact.length() + " bytes, at most " + Entry.MAX_ATTRIBUTES + " are kept.");
        }
        return compact;
    }

    static JsonText compact(JsonNode value) {
        return new JsonText(ChannelLines.JSON.writeValueAsString(value));
    }

    /** Half a surrogate pair is no character; what readers make of one differs, up to failing. */
    private static void requireWholeCharacters(JsonNode value) {
        if (value.isString() && !StandardCharsets.UTF_8.newEncoder().canEncode(value.stringValue())) {
            throw new Misunderstood("A text holds half a character (a lone surrogate).");
        }
        value.propertyStream().forEach(member -> {
            requireWholeCharacters(ChannelLines.JSON.getNodeFactory().stringNode(member.getKey()));
            requireWholeCharacters(member.getValue());
        });
        value.forEach(ChannelRequest::requireWholeCharacters);
    }

    private static Channel.Counts counts(JsonNode value) {
        if (!value.isObject()) {
            throw new Misunderstood("Counts are a JSON object.");
        }
        return new Channel.Counts(
                count(value, "messages_sent"),
                count(value, "bytes_sent"),
                count(value, "messages_received"),
                count(value, "bytes_received"));
    }

    private static long count(JsonNode counts, String name) {
        var value = counts.get(name);
        if (value == null) {
            return 0;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new Misunderstood("A count is a whole number.");
        }
        long count = value.longValue();
        if (count < 0 || count > MAX_COUNT) {
            throw new Misunderstood("A count is 0 to " + MAX_COUNT + ".");
        }
        return count;
    }

    private static boolean watch(JsonNode value) {
        if (!value.isBoolean() || !value.booleanValue()) {
            throw new Misunderstood("'watch' is true; close the connection to stop.");
        }
        return true;
    }
}
