package pikachu.core.instances;

/** How an instance came to be {@link State#GONE}. */
public enum Ending {
    FINISHED("finished"),
    ERROR("error"),
    TIMEOUT("timeout"),
    KILLED("killed"),
    OUT_OF_MEMORY("out-of-memory"),
    HOST_LOST("host-lost"),
    STOPPED("stopped");

    private final String text;

    Ending(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
