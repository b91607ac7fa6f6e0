package pikachu.server.invoker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pikachu.core.activations.Activation;
import pikachu.core.activations.JsonText;
import pikachu.core.containers.Container;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * The bodies of /init and /run, as docs/formats/runtime.md gives them. Whatever Pikachu adds to OpenWhisk's fields is a
 * string, since a number ends OpenWhisk's own Python launcher.
 */
final class RunRequest {
    /** Where the messaging library listens. */
    static final int INSTANCE_PORT = 65433;

    /** Names that are the platform's alone. */
    private static final String RESERVED = "__OW_";

    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();
    /** As lenient as whoever accepted the parameters: nothing is converted here, only looked at. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(1 << 20)
                    .build())
            .build();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    private RunRequest() {}

    static byte[] run(Activation activation, JsonText arguments, long deadlineMs, Container container) {
        var request = new RunRequest();
        request.text("{\"value\":").raw(arguments.utf8());
        fields(activation, deadlineMs, container).forEach(request::field);
        return request.text("}").out.toByteArray();
    }

    /** In pieces, so that the code, which is most of it, is not copied once more. */
    static List<byte[]> init(
            Activation activation,
            ActionCode code,
            byte[] utf8,
            JsonText environment,
            long deadlineMs,
            Container container) {
        var before = new RunRequest();
        before.text("{\"value\":{\"name\":")
                .string(activation.action().name().name().value());
        before.text(",\"main\":").string(code.main()).text(",\"code\":\"");
        var after = new RunRequest();
        after.text("\",\"binary\":").text(Boolean.toString(code.isBinary())).text(",\"env\":{");
        after.parameters(environment);
        var separator = "";
        for (var field : fields(activation, deadlineMs, container).entrySet()) {
            var name = RESERVED + field.getKey().toUpperCase(Locale.ROOT);
            after.text(separator).string(name).text(":").string(field.getValue());
            separator = ",";
        }
        after.text("}}}");
        return List.of(before.out.toByteArray(), JsonBytes.escaped(utf8), after.out.toByteArray());
    }

    private static Map<String, String> fields(Activation activation, long deadlineMs, Container container) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("namespace", activation.caller().namespace().value());
        fields.put("action_name", "/" + activation.action().name());
        fields.put("action_version", activation.action().version());
        fields.put("activation_id", activation.id().value());
        fields.put("transaction_id", activation.transaction());
        fields.put("deadline", Long.toString(deadlineMs));
        activation.caller().apiKey().ifPresent(key -> fields.put("api_key", key));
        fields.put("instance_id", activation.instance().value());
        fields.put("instance_epoch", activation.epoch().toString());
        fields.put("instance_address", container.spec().endpoint().address());
        fields.put("instance_port", Integer.toString(INSTANCE_PORT));
        fields.put("directory", container.seen().directory());
        fields.put("channel", container.seen().channel());
        fields.put("volumes", container.seen().volumes());
        activation.group().ifPresent(group -> {
            fields.put("group", group.group());
            fields.put("group_rank", Integer.toString(group.rank()));
            fields.put("group_size", Integer.toString(group.size()));
        });
        return fields;
    }

    private void field(String name, String value) {
        text(",\"").text(name).text("\":").string(value);
    }

    /**
     * Splices an object's members in, before others that must follow. Those with a reserved name are left out, so that no
     * init parameter passes for what the platform says, whichever of two equal members a runtime's parser prefers.
     */
    private void parameters(JsonText object) {
        if (object.equals(JsonText.EMPTY_OBJECT)) {
            return;
        }
        var utf8 = object.utf8();
        try (var parser = JSON.createParser(ObjectReadContext.empty(), utf8)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var start = (int) parser.currentTokenLocation().getByteOffset();
                var isReserved = parser.currentName().startsWith(RESERVED);
                parser.nextToken();
                parser.skipChildren();
                parser.finishToken();
                if (!isReserved) {
                    var end = (int) parser.currentLocation().getByteOffset();
                    out.write(utf8, start, end - start);
                    text(",");
                }
            }
        }
    }

    private RunRequest string(String value) {
        return text("\"").raw(ENCODER.quoteAsUTF8(value)).text("\"");
    }

    private RunRequest text(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    private RunRequest raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }
}
