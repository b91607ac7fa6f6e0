package pikachu.core.simulation;

/** An invariant does not hold. */
public final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Broken(String invariant, String what) {
        super(invariant + ": " + what);
    }
}
