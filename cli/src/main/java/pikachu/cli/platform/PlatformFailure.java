package pikachu.cli.platform;

/** The platform that was started did not come up, or died. The message ends with its last output. */
public final class PlatformFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PlatformFailure(String message, Throwable cause) {
        super(message, cause);
    }

    PlatformFailure(String message) {
        super(message);
    }
}
