package pikachu.server.entities;

import pikachu.core.names.NamespaceName;

/** The document of a subject, in OpenWhisk's form with one namespace to a document. */
public final class SubjectJson {
    private SubjectJson() {}

    public static byte[] write(Identity identity) {
        return write(identity, false);
    }

    public static byte[] write(Identity identity, boolean isBlocked) {
        return Json.write(out -> {
            out.writeStartObject();
            out.writeStringProperty("_id", identity.subject());
            out.writeStringProperty("subject", identity.subject());
            if (isBlocked) {
                out.writeBooleanProperty("blocked", true);
            }
            out.writeName("namespaces");
            out.writeStartArray();
            out.writeStartObject();
            out.writeStringProperty("name", identity.namespace().value());
            out.writeStringProperty("uuid", identity.uuid());
            out.writeStringProperty("key", identity.secret());
            out.writeEndObject();
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    /** Whether the subject may no longer authenticate. */
    public static boolean isBlocked(byte[] document) {
        return JsonObject.parse(document).bool("blocked").orElse(false);
    }

    /** @throws MalformedJson if the document is no subject */
    public static Identity read(byte[] document) {
        var subject = JsonObject.parse(document);
        var namespace =
                subject.objects("namespaces").orElseThrow(SubjectJson::corrupt).getFirst();
        return new Identity(
                subject.string("subject").orElseThrow(SubjectJson::corrupt),
                new NamespaceName(namespace.string("name").orElseThrow(SubjectJson::corrupt)),
                namespace.string("uuid").orElseThrow(SubjectJson::corrupt),
                namespace.string("key").orElseThrow(SubjectJson::corrupt));
    }

    private static MalformedJson corrupt() {
        return new MalformedJson("A subject's document lacks a subject, or a namespace with name, uuid and key.");
    }
}
