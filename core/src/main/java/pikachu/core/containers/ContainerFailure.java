package pikachu.core.containers;

/** A container or its network endpoint could not be made; the message says what to do about it. */
public final class ContainerFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ContainerFailure(String message) {
        super(message);
    }

    public ContainerFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
