package pikachu.server.invoker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * What an answer of the runtime means for the activation, by OpenWhisk's rules.
 *
 * @param size length of the raw answer, bytes
 */
record RunResponse(Status status, JsonText result, int size) {
    /** Longest result that is kept, bytes. */
    static final int MAX_RESULT = 1024 * 1024;

    private static final int MAX_QUOTED = 4 * 1024;
    private static final JsonFactory JSON = new JsonFactory();

    /** The answer to /run. */
    static RunResponse ofRun(RuntimeClient.Response answer) {
        var size = (int) Math.min(answer.length(), Integer.MAX_VALUE);
        if (answer.status() == 200 && answer.length() > MAX_RESULT) {
            return error(
                    Status.APPLICATION_ERROR,
                    "The action produced a response that exceeded the allowed length: " + answer.length() + " > "
                            + MAX_RESULT + " bytes. The truncated response was: " + quoted(answer.body()),
                    size);
        }
        var isOk = answer.status() == 200;
        var body = Body.read(answer.body());
        if (body.error().isPresent()) {
            var status = isOk ? Status.APPLICATION_ERROR : Status.DEVELOPER_ERROR;
            return new RunResponse(status, object(body.error().get()), size);
        }
        return isOk && body.isResult()
                ? new RunResponse(Status.SUCCESS, new JsonText(answer.body()), size)
                : invalid(answer, size);
    }

    /** The answer to /init when it was not 200. */
    static RunResponse ofFailedInit(RuntimeClient.Response answer) {
        var size = (int) Math.min(answer.length(), Integer.MAX_VALUE);
        var said = Body.read(answer.body()).error();
        if (said.isPresent()) {
            return new RunResponse(Status.DEVELOPER_ERROR, object(said.get()), size);
        }
        return error(Status.DEVELOPER_ERROR, "The action failed during initialization: " + quoted(answer.body()), size);
    }

    static RunResponse error(Status status, String text) {
        return error(status, text, 0);
    }

    private static RunResponse error(Status status, String text, int size) {
        var quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        var result = new JsonText("{\"error\":\"" + new String(quoted, StandardCharsets.UTF_8) + "\"}");
        return new RunResponse(status, result, size == 0 ? result.length() : size);
    }

    private static RunResponse invalid(RuntimeClient.Response answer, int size) {
        var raw = answer.body().length == 0 ? "." : ": " + quoted(answer.body());
        return error(
                Status.DEVELOPER_ERROR, "The action did not produce a valid JSON or JSON Array response" + raw, size);
    }

    private static String quoted(byte[] body) {
        return new String(body, 0, Math.min(body.length, MAX_QUOTED), StandardCharsets.UTF_8);
    }

    private static JsonText object(JsonText error) {
        return new JsonText("{\"error\":" + error + "}");
    }

    /**
     * What matters of an answer's body.
     *
     * @param isResult whether it is a JSON object or array
     * @param error an object's member {@code error}, exactly as written
     */
    private record Body(boolean isResult, Optional<JsonText> error) {
        static final Body OTHER = new Body(false, Optional.empty());

        static Body read(byte[] body) {
            try (var parser = JSON.createParser(ObjectReadContext.empty(), body)) {
                var read = readValue(parser, body);
                return parser.nextToken() == null ? read : OTHER;
            } catch (JacksonException e) {
                return OTHER;
            }
        }

        private static Body readValue(JsonParser parser, byte[] body) {
            var first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                return new Body(true, readMembers(parser, body));
            }
            if (first == JsonToken.START_ARRAY) {
                parser.skipChildren();
                return new Body(true, Optional.empty());
            }
            return OTHER;
        }

        private static Optional<JsonText> readMembers(JsonParser parser, byte[] body) {
            var error = Optional.<JsonText>empty();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var isError = "error".equals(parser.currentName());
                parser.nextToken();
                var start = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (isError) {
                    parser.finishToken();
                    var end = (int) parser.currentLocation().getByteOffset();
                    error = Optional.of(new JsonText(Arrays.copyOfRange(body, start, end)));
                }
            }
            return error;
        }
    }
}
