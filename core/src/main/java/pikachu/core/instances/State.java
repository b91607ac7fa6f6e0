package pikachu.core.instances;

import java.util.Locale;

/** What an instance is doing. */
public enum State {
    /** In a container, not yet in /run. */
    STARTING,
    RUNNING,
    /** Says of itself that it waits for something. */
    WAITING,
    /** Says of itself that it will end soon. */
    LEAVING,
    /** Has ended; kept for a while so that a peer that asks late is still told. */
    GONE;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** As written in files, the API and messages to functions. */
    public String text() {
        return text;
    }
}
