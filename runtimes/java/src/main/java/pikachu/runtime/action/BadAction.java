package pikachu.runtime.action;

/** Code that cannot become an action; the message says why, for the action's author. */
final class BadAction extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadAction(String message) {
        super(message, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
