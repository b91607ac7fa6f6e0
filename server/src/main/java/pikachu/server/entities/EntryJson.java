package pikachu.server.entities;

import pikachu.core.instances.Entry;
import tools.jackson.core.JsonGenerator;

/** An entry of the directory as the API shows it. */
public final class EntryJson {
    private EntryJson() {}

    public static byte[] write(Entry entry) {
        return Json.write(out -> write(out, entry));
    }

    public static void write(JsonGenerator out, Entry entry) {
        out.writeStartObject();
        out.writeStringProperty("namespace", entry.namespace().value());
        out.writeStringProperty("instanceID", entry.id().value());
        out.writeStringProperty("epoch", entry.epoch().toString());
        out.writeStringProperty("state", entry.state().text());
        entry.ending().ifPresent(how -> out.writeStringProperty("how", how.text()));
        out.writeStringProperty("address", entry.address());
        out.writeNumberProperty("port", entry.port());
        out.writeStringProperty("invoker", entry.invoker().toString());
        out.writeStringProperty("activationId", entry.activation().value());
        out.writeNumberProperty("deadline", entry.deadlineMs());
        entry.group().ifPresent(group -> {
            out.writeStringProperty("group", group.group());
            out.writeNumberProperty("rank", group.rank());
            out.writeNumberProperty("size", group.size());
        });
        entry.attributes().ifPresent(attributes -> Json.raw(out, "attributes", attributes));
        out.writeEndObject();
    }
}
