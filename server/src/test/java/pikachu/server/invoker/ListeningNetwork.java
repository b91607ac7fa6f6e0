package pikachu.server.invoker;

import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.Network;
import pikachu.core.names.NamespaceName;

/** A real network that remembers what it was asked for, and has no place when it is told so. */
final class ListeningNetwork implements Network {
    private final Network real;
    final List<NamespaceName> forgotten = new CopyOnWriteArrayList<>();
    volatile long releasedAtNanos;
    volatile long forgottenAtNanos;
    volatile boolean isFull;

    ListeningNetwork(Network real) {
        this.real = real;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public void open(NamespaceName namespace) {
        real.open(namespace);
    }

    @Override
    public void forget(NamespaceName namespace) {
        forgottenAtNanos = System.nanoTime();
        forgotten.add(namespace);
        real.forget(namespace);
    }

    @Override
    public Optional<ServerSocketChannel> listenAtGateway(NamespaceName namespace, int port) {
        return real.listenAtGateway(namespace, port);
    }

    @Override
    public Endpoint attach(NamespaceName namespace) {
        if (isFull) {
            throw new ContainerFailure("The script has no address.");
        }
        return real.attach(namespace);
    }

    @Override
    public void release(Endpoint endpoint) {
        real.release(endpoint);
        releasedAtNanos = System.nanoTime();
    }

    @Override
    public List<String> sweep() {
        return real.sweep();
    }

    @Override
    public void close() {
        real.close();
    }
}
