package pikachu.core.containers;

import pikachu.core.names.NamespaceName;

/** How the instances of a namespace on this invoker reach one another and those of others. */
public interface Network extends AutoCloseable {
    /** {@code loopback}, {@code bridge}, {@code vxlan} or {@code docker-overlay}. */
    String name();

    /**
     * An endpoint that nobody else holds. A released address is given again only when it has been free longest and for
     * at least 5 s.
     *
     * @throws ContainerFailure when all addresses are taken
     */
    Endpoint attach(NamespaceName namespace);

    /** Gives an endpoint back, once nothing of its container is left. */
    void release(Endpoint endpoint);

    @Override
    void close();
}
