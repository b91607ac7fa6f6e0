package pikachu.core.names;

/** A name or ID that breaks its grammar. The message is meant for the user who supplied it. */
public final class InvalidName extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public InvalidName(String message) {
        super(message);
    }
}
