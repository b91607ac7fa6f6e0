package pikachu.core.activations;

/** How an activation ended, with OpenWhisk's words and the status codes of its stored records. */
public enum Status {
    SUCCESS(0, "success"),
    APPLICATION_ERROR(1, "application error"),
    DEVELOPER_ERROR(2, "action developer error"),
    INTERNAL_ERROR(3, "whisk internal error");

    private final int code;
    private final String text;

    Status(int code, String text) {
        this.code = code;
        this.text = text;
    }

    public String text() {
        return text;
    }

    public int code() {
        return code;
    }
}
