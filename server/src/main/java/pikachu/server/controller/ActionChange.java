package pikachu.server.controller;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import pikachu.core.activations.JsonText;
import pikachu.server.entities.Code;
import pikachu.server.entities.Exec;
import pikachu.server.entities.JsonObject;
import pikachu.server.entities.KeyValues;
import pikachu.server.entities.Kinds;
import pikachu.server.entities.MalformedJson;

/** What a PUT on an action asks for: everything may be absent. */
record ActionChange(
        Optional<Exec> exec,
        Optional<KeyValues> parameters,
        Optional<KeyValues> annotations,
        List<String> droppedAnnotations,
        Wanted limits,
        Optional<String> version,
        Optional<Boolean> publish) {
    private static final Pattern VERSION = Pattern.compile("\\A\\d{1,9}(\\.\\d{1,9}){0,2}\\z");

    /** Limits as asked for. */
    record Wanted(
            OptionalInt timeoutMs,
            OptionalInt memoryMb,
            OptionalInt logsMb,
            OptionalInt concurrency,
            OptionalInt instances) {
        static final Wanted NOTHING = new Wanted(
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** @throws MalformedJson with OpenWhisk's text for what is wrong */
    static ActionChange read(JsonObject body, Kinds kinds) {
        return new ActionChange(
                isAbsent(body, "exec")
                        ? Optional.empty()
                        : Optional.of(exec(body.object("exec").orElseThrow(ActionChange::noKind), kinds)),
                KeyValues.read(body, "parameters"),
                KeyValues.read(body, "annotations"),
                strings(body, "delAnnotations"),
                isAbsent(body, "limits")
                        ? Wanted.NOTHING
                        : limits(body.object("limits").orElseThrow(() -> new MalformedJson("limits malformed"))),
                version(body),
                body.bool("publish"));
    }

    private static boolean isAbsent(JsonObject body, String name) {
        return body.type(name) == JsonObject.Type.ABSENT || body.type(name) == JsonObject.Type.NULL;
    }

    private static Exec exec(JsonObject exec, Kinds kinds) {
        var asked = exec.string("kind").orElseThrow(ActionChange::noKind).strip();
        var kind = kinds.resolve(asked, exec.string("image"))
                .orElseThrow(() -> new MalformedJson("The specified runtime '" + asked
                        + "' is not supported by this platform. Valid values are: " + kinds.quoted() + "."));
        var code = exec.utf8("code")
                .orElseThrow(() -> new MalformedJson(
                        "'code' must be a string or attachment object defined in 'exec' for '" + asked + "' actions"));
        return new Exec(kind.name(), main(exec, asked, kind), Exec.looksBinary(code), new Code.Inline(code));
    }

    private static Optional<String> main(JsonObject exec, String asked, Kinds.Kind kind) {
        if (isAbsent(exec, "main")) {
            if (kind.needsMain()) {
                throw new MalformedJson("'main' must be a string defined in 'exec' for '" + asked + "' actions");
            }
            return Optional.empty();
        }
        return Optional.of(exec.string("main")
                .orElseThrow(() ->
                        new MalformedJson("if defined, 'main' be a string in 'exec' for '" + asked + "' actions")));
    }

    private static Wanted limits(JsonObject limits) {
        return new Wanted(
                whole(limits, "timeout", "time"),
                whole(limits, "memory", "memory"),
                whole(limits, "logs", "log"),
                whole(limits, "concurrency", "intra concurrency"),
                whole(limits, "instances", "instance concurrency"));
    }

    private static OptionalInt whole(JsonObject limits, String name, String called) {
        if (isAbsent(limits, name)) {
            return OptionalInt.empty();
        }
        var digits = limits.number(name).orElseThrow(() -> new MalformedJson(called + " limit malformed"));
        if (digits.length() > 20) {
            throw new MalformedJson("requirement failed: " + called + " limit must be whole number");
        }
        try {
            return OptionalInt.of(new BigDecimal(digits).intValueExact());
        } catch (ArithmeticException e) {
            throw new MalformedJson("requirement failed: " + called + " limit must be whole number");
        }
    }

    private static Optional<String> version(JsonObject body) {
        if (isAbsent(body, "version")) {
            return Optional.empty();
        }
        var given = body.string("version")
                .filter(text -> VERSION.matcher(text).matches())
                .orElseThrow(() -> new MalformedJson("semantic version malformed"));
        long dots = given.chars().filter(c -> c == '.').count();
        return Optional.of(given + ".0".repeat((int) (2 - dots)));
    }

    private static List<String> strings(JsonObject body, String name) {
        return body.elements(name).orElse(List.of()).stream()
                .map(JsonText::toString)
                .filter(text -> text.startsWith("\""))
                .map(text -> JsonObject.parse(
                                ("{\"k\":" + text + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .string("k")
                        .orElse(""))
                .toList();
    }

    private static MalformedJson noKind() {
        return new MalformedJson("'kind' must be a string defined in 'exec'");
    }
}
