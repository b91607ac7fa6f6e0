package pikachu.server.controller;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import pikachu.core.activations.JsonText;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvalidName;
import pikachu.server.entities.Action;
import pikachu.server.entities.Json;
import pikachu.server.entities.JsonObject;
import pikachu.server.entities.KeyValue;
import pikachu.server.entities.MalformedJson;

/**
 * What a caller sends with an invocation: one JSON object. With an action that has no parameters its bytes become the
 * arguments as they are; else the parameters that it does not override are written before them.
 */
public final class Arguments {
    /** The member by which a caller chooses the instance's ID; it stays among the arguments. */
    public static final String INSTANCE_ID = "instanceID";

    private static final byte[] NOTHING = {'{', '}'};

    private final byte[] body;
    private final JsonObject members;

    private Arguments(byte[] body) {
        this.body = body;
        this.members = JsonObject.parse(body);
    }

    /** @throws Refused with 400 if the body is neither empty nor a JSON object */
    public static Arguments of(byte[] body) {
        try {
            return new Arguments(body.length == 0 ? NOTHING : body);
        } catch (MalformedJson e) {
            throw Refused.malformed(String.valueOf(e.getMessage()));
        }
    }

    /** @throws Refused with 400 if there is an ID that cannot be one */
    public Optional<InstanceId> instance() {
        try {
            return switch (members.type(INSTANCE_ID)) {
                case ABSENT -> Optional.empty();
                case STRING -> members.string(INSTANCE_ID).map(InstanceId::chosen);
                case NUMBER ->
                    members.number(INSTANCE_ID).map(Arguments::digits).map(InstanceId::chosen);
                case NULL, BOOLEAN, ARRAY, OBJECT ->
                    throw Refused.because(400, "The instance ID is not valid: it must be a string or a whole number.");
            };
        } catch (InvalidName e) {
            throw Refused.because(400, String.valueOf(e.getMessage()));
        }
    }

    private static String digits(String number) {
        if (!number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw Refused.because(
                    400,
                    "The instance ID is not valid: a number must be whole, without sign, decimals or exponent."
                            + " Write it as a string to have other characters.");
        }
        return number;
    }

    /**
     * The arguments that the action gets.
     *
     * @throws Refused with 400 if the action is final and one of its parameters is given
     */
    public JsonText effective(Action action) {
        var parameters = action.parameters().list();
        if (parameters.isEmpty()) {
            return new JsonText(body);
        }
        requireAllowed(action);
        var defaults = parameters.stream()
                .filter(each -> !each.isInit() && !members.names().contains(each.key()))
                .toList();
        return defaults.isEmpty() ? new JsonText(body) : new JsonText(spliced(defaults));
    }

    /** The parameters that go to /init's environment. */
    public static JsonText environment(Action action) {
        var init = action.parameters().list().stream().filter(KeyValue::isInit).toList();
        if (init.isEmpty()) {
            return JsonText.EMPTY_OBJECT;
        }
        return new JsonText(Json.write(out -> {
            out.writeStartObject();
            init.forEach(each -> Json.raw(out, each.key(), each.value()));
            out.writeEndObject();
        }));
    }

    private void requireAllowed(Action action) {
        boolean isFinal = action.annotations().isTruthy("final");
        if (isFinal
                && action.parameters().list().stream()
                        .anyMatch(each -> !each.isNull() && members.names().contains(each.key()))) {
            throw Refused.because(400, "Request defines parameters that are not allowed (e.g., reserved properties).");
        }
    }

    private byte[] spliced(java.util.List<KeyValue> defaults) {
        var before = Json.write(out -> {
            out.writeStartObject();
            defaults.forEach(each -> Json.raw(out, each.key(), each.value()));
            out.writeEndObject();
        });
        var own = members.inside();
        var all = new ByteArrayOutputStream(before.length + own.length + 1);
        all.write(before, 0, before.length - 1);
        if (!members.isEmpty()) {
            all.write(',');
            all.writeBytes(own);
        }
        all.write('}');
        return all.toByteArray();
    }
}
