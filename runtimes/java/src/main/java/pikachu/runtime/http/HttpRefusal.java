package pikachu.runtime.http;

/** A request that cannot be answered as asked; its connection is closed after saying why. */
final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    HttpRefusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static HttpRefusal tooLarge() {
        return new HttpRefusal(413, "The request body is over the limit of " + Limits.BODY + " bytes.");
    }

    int status() {
        return status;
    }
}
