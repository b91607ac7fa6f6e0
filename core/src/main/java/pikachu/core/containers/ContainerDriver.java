package pikachu.core.containers;

import java.util.List;

/** Makes containers. One per invoker; calls block and may come from any thread. */
public interface ContainerDriver extends AutoCloseable {
    /** {@code process}, {@code sandbox} or {@code docker}. */
    String name();

    /** What this driver does not isolate or limit, each as a sentence for the user; empty when it holds all. */
    List<String> notHeld();

    /**
     * Starts a container whose runtime will listen on {@link Container#control}; does not wait until it does.
     *
     * @throws ContainerFailure when it could not be made; then nothing is left of it
     */
    Container start(ContainerSpec spec);

    /** Removes all that a dead predecessor with the same slice left on this machine; says what it found. */
    List<String> sweep();

    /** Kills every container that is left and removes what was made. */
    @Override
    void close();
}
