package pikachu.server.entities;

import java.util.Optional;
import pikachu.core.activations.Limits;
import pikachu.core.names.ActionName;
import tools.jackson.core.JsonGenerator;

/** The JSON forms of an action: the API's entity and list item, and the stored document. */
public final class ActionJson {
    private ActionJson() {}

    /** The entity as the API shows it, with its code when that is given. */
    public static void entity(JsonGenerator out, Action action, Optional<byte[]> code) {
        out.writeStartObject();
        action.annotations().write(out, "annotations");
        out.writeName("exec");
        out.writeStartObject();
        out.writeBooleanProperty("binary", action.exec().isBinary());
        code.ifPresent(utf8 -> string(out, "code", utf8));
        out.writeStringProperty("kind", action.exec().kind());
        action.exec().main().ifPresent(main -> out.writeStringProperty("main", main));
        out.writeEndObject();
        limits(out, action.limits());
        naming(out, action);
        action.parameters().write(out, "parameters");
        ending(out, action);
        out.writeEndObject();
    }

    /** An element of a listing. */
    public static void listItem(JsonGenerator out, Action action) {
        out.writeStartObject();
        action.annotations().write(out, "annotations");
        out.writeName("exec");
        out.writeStartObject();
        out.writeBooleanProperty("binary", action.exec().isBinary());
        out.writeEndObject();
        limits(out, action.limits());
        naming(out, action);
        ending(out, action);
        out.writeEndObject();
    }

    static byte[] stored(Action action) {
        return Json.write(512, out -> {
            out.writeStartObject();
            action.annotations().write(out, "annotations");
            out.writeName("exec");
            out.writeStartObject();
            out.writeBooleanProperty("binary", action.exec().isBinary());
            switch (action.exec().code()) {
                case Code.Inline inline -> string(out, "code", inline.utf8());
                case Code.Attached attached -> {
                    out.writeStringProperty("attachment", attached.name());
                    out.writeNumberProperty("length", attached.length());
                }
            }
            out.writeStringProperty("kind", action.exec().kind());
            action.exec().main().ifPresent(main -> out.writeStringProperty("main", main));
            out.writeEndObject();
            limits(out, action.limits());
            naming(out, action);
            action.parameters().write(out, "parameters");
            ending(out, action);
            out.writeEndObject();
        });
    }

    /** @throws MalformedJson if the document is no action */
    static Action read(ActionName name, byte[] stored) {
        var document = JsonObject.parse(stored);
        var exec = document.object("exec").orElseThrow(ActionJson::corrupt);
        var limits = document.object("limits").orElseThrow(ActionJson::corrupt);
        return new Action(
                name,
                document.string("version").orElseThrow(ActionJson::corrupt),
                new Exec(
                        exec.string("kind").orElseThrow(ActionJson::corrupt),
                        exec.string("main"),
                        exec.bool("binary").orElseThrow(ActionJson::corrupt),
                        readCode(exec)),
                KeyValues.read(document, "parameters").orElse(KeyValues.NONE),
                KeyValues.read(document, "annotations").orElse(KeyValues.NONE),
                new Limits(
                        integer(limits, "timeout"),
                        integer(limits, "memory"),
                        integer(limits, "logs"),
                        integer(limits, "concurrency")),
                document.bool("publish").orElse(false),
                Long.parseLong(document.number("updated").orElseThrow(ActionJson::corrupt)));
    }

    private static Code readCode(JsonObject exec) {
        return exec.string("attachment")
                .<Code>map(name -> new Code.Attached(name, integer(exec, "length")))
                .orElseGet(() -> new Code.Inline(exec.utf8("code").orElseThrow(ActionJson::corrupt)));
    }

    private static int integer(JsonObject owner, String name) {
        return Integer.parseInt(owner.number(name).orElseThrow(ActionJson::corrupt));
    }

    private static MalformedJson corrupt() {
        return new MalformedJson("Resource is corrupted and cannot be read.");
    }

    private static void string(JsonGenerator out, String name, byte[] utf8) {
        out.writeName(name);
        out.writeUTF8String(utf8, 0, utf8.length);
    }

    private static void limits(JsonGenerator out, Limits limits) {
        out.writeName("limits");
        limits(out, limits.timeoutMs(), limits.memoryMb(), limits.logsMb(), limits.concurrency());
    }

    private static void limits(JsonGenerator out, int timeout, int memory, int logs, int concurrency) {
        out.writeStartObject();
        out.writeNumberProperty("concurrency", concurrency);
        out.writeNumberProperty("logs", logs);
        out.writeNumberProperty("memory", memory);
        out.writeNumberProperty("timeout", timeout);
        out.writeEndObject();
    }

    /** The value of an activation's annotation {@code limits}. */
    static void limitsValue(JsonGenerator out, Limits limits) {
        limits(out, limits.timeoutMs(), limits.memoryMb(), limits.logsMb(), limits.concurrency());
    }

    private static void naming(JsonGenerator out, Action action) {
        out.writeStringProperty("name", action.name().name().value());
        out.writeStringProperty("namespace", action.name().namespace().value());
    }

    private static void ending(JsonGenerator out, Action action) {
        out.writeBooleanProperty("publish", action.publish());
        out.writeNumberProperty("updated", action.updatedMs());
        out.writeStringProperty("version", action.version());
    }
}
