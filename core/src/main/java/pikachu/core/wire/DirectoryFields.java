package pikachu.core.wire;

import pikachu.core.messages.DirectoryMessage;

/** The messages of {@code directory}. */
final class DirectoryFields {
    private DirectoryFields() {}

    static void write(Output out, DirectoryMessage message) {
        out.namespace(message.namespace());
        switch (message) {
            case DirectoryMessage.DirectoryChanges m -> {
                out.list(m.changes(), EntryFields::change);
                out.number(m.live());
                out.fixed64(m.checksum());
            }
            case DirectoryMessage.DirectorySnapshot m -> out.list(m.entries(), EntryFields::change);
        }
    }

    static DirectoryMessage read(Input in, int type) {
        var namespace = in.namespace("namespace");
        return switch (type) {
            case Type.DIRECTORY_CHANGES ->
                new DirectoryMessage.DirectoryChanges(
                        namespace,
                        in.list("changes", EntryFields::change),
                        in.number32("live"),
                        in.fixed64("checksum"));
            case Type.DIRECTORY_SNAPSHOT ->
                new DirectoryMessage.DirectorySnapshot(namespace, in.list("entries", EntryFields::change));
            default -> throw Codec.unknown(in, type);
        };
    }
}
