package pikachu.cli.client;

/** The platform answered and refused. The message is the one that wsk prints. */
public final class ApiFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    ApiFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    static ApiFailure of(Call call, Answer answer) {
        var error = answer.body().path("error").asString("");
        var code = answer.body().path("code").asString("");
        var text = error.isEmpty()
                ? "The connection failed, or timed out. (HTTP status code " + answer.status() + ")"
                : error + (code.isEmpty() ? "" : " (code " + code + ")");
        return new ApiFailure(answer.status(), "Unable to " + call.purpose() + ": " + text);
    }

    public int status() {
        return status;
    }

    /** As wsk has it: the HTTP status minus 256, as a byte. */
    public int exitCode() {
        return (status - 256) & 0xff;
    }
}
