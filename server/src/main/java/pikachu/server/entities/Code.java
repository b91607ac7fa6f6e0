package pikachu.server.entities;

/** An action's code: short enough for its document, or an attachment of that. */
public sealed interface Code {
    /** Longer code is kept as an attachment, so that lists and look-ups do not carry it. */
    int MAX_INLINE = 16 * 1024;

    /** Its bytes as text. */
    int length();

    /** Source text, or base64 of an archive, as UTF-8. */
    record Inline(byte[] utf8) implements Code {
        @Override
        public int length() {
            return utf8.length;
        }
    }

    /** The name of the attachment and its bytes' count. */
    record Attached(String name, int length) implements Code {}
}
