package pikachu.core.scheduling;

/** How an invoker looks from a controller. */
public enum InvokerState {
    /** Takes new work. */
    UP("up"),
    /** Has been silent too long for new work, not yet long enough to be dead. */
    UNRESPONSIVE("unresponsive"),
    /** Its last life is dead and no new one has been heard of. */
    DOWN("down");

    private final String text;

    InvokerState(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
