package pikachu.server.entities;

/** Text that is no JSON, or JSON of another shape than was asked for. The message is meant for whoever sent it. */
public final class MalformedJson extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedJson(String message) {
        // no stack trace: what is wrong lies in the text, and hostile clients send many
        super(message, null, false, false);
    }
}
