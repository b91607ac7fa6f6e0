package pikachu.core.containers;

import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import pikachu.core.names.NamespaceName;

/** How the instances of a namespace on this invoker reach one another and those of others. Calls may come from any thread. */
public interface Network extends AutoCloseable {
    /** {@code loopback}, {@code bridge}, {@code vxlan} or {@code docker-overlay}. */
    String name();

    /**
     * Makes what this namespace needs on this host, and some endpoints ahead, so that the first {@link #attach} need not
     * wait for it. Does nothing when it is there.
     *
     * @throws ContainerFailure when it could not be made; then nothing is left of it
     */
    void open(NamespaceName namespace);

    /** Removes what {@link #open} made, once all endpoints of this namespace are released. */
    void forget(NamespaceName namespace);

    /**
     * A socket that listens on the namespace's gateway, for the one thing of the platform that its functions may reach: the
     * API. The caller accepts and closes. Empty where functions reach the host's own addresses anyway.
     */
    Optional<ServerSocketChannel> listenAtGateway(NamespaceName namespace, int port);

    /**
     * An endpoint that nobody else holds; opens the namespace if need be. A released address is given again only when it
     * has been free longest and for at least 5 s.
     *
     * @throws ContainerFailure when all addresses are taken
     */
    Endpoint attach(NamespaceName namespace);

    /** Gives an endpoint back, once nothing of its container is left. */
    void release(Endpoint endpoint);

    /** Removes all that a dead predecessor with the same slice left on this machine; says what it found. */
    List<String> sweep();

    /** Removes what was made. */
    @Override
    void close();
}
