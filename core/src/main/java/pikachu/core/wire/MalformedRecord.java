package pikachu.core.wire;

/** Bytes from the bus that are no record of this format. The message says what is wrong and at which byte. */
public final class MalformedRecord extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedRecord(int at, String field, String why) {
        super("Malformed record at byte " + at + " (" + field + "): " + why);
    }
}
