package pikachu.containers.loopback;

import java.nio.channels.ServerSocketChannel;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import pikachu.containers.host.Slice;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.Network;
import pikachu.core.names.NamespaceName;

/**
 * Addresses of 127.64.0.0/10, of which slice N owns the /22 that begins at 127.64.0.0 + 1,024 N. Linux answers on all
 * of 127/8, so nothing is set up and nothing can be left behind; nothing keeps namespaces apart either.
 */
public final class LoopbackNetwork implements Network {
    private static final int BASE = 127 << 24 | 64 << 16;
    private static final int BLOCK = 1024;
    private static final long REST_NANOS = 5_000_000_000L;

    private final int first;
    private final LongSupplier clock;

    /** Guards {@link #free}, {@link #taken} and {@link #closed}. */
    private final ReentrantLock lock = new ReentrantLock();

    /** In the order in which they became free. */
    private final Deque<Free> free = new ArrayDeque<>();

    private final BitSet taken = new BitSet(BLOCK);
    private boolean closed;

    private record Free(int offset, long usableFrom) {}

    /** @param clock monotonic, in nanoseconds */
    public LoopbackNetwork(Slice slice, LongSupplier clock) {
        this.first = BASE + slice.number() * BLOCK;
        this.clock = clock;
        long now = clock.getAsLong();
        // the first and the last name the block and its broadcast wherever such a block is a real one
        for (int offset = 1; offset < BLOCK - 1; offset++) {
            free.add(new Free(offset, now));
        }
    }

    @Override
    public String name() {
        return "loopback";
    }

    /** Nothing: the addresses are there. */
    @Override
    public void open(NamespaceName namespace) {}

    @Override
    public void forget(NamespaceName namespace) {}

    @Override
    public Optional<ServerSocketChannel> listenAtGateway(NamespaceName namespace, int port) {
        return Optional.empty();
    }

    @Override
    public Endpoint attach(NamespaceName namespace) {
        lock.lock();
        try {
            if (closed) {
                throw new ContainerFailure("The loopback network is closed");
            }
            var next = free.peek();
            if (next == null || next.usableFrom() - clock.getAsLong() > 0) {
                throw new ContainerFailure("No address is free in the block of 1,022 from " + text(1) + ": "
                        + taken.cardinality() + " are taken, " + free.size()
                        + " were released less than 5 s ago; try again then, or add an invoker");
            }
            free.remove();
            taken.set(next.offset());
            return new Endpoint.OnHost(text(next.offset()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(Endpoint endpoint) {
        int offset = offset(endpoint);
        lock.lock();
        try {
            if (taken.get(offset)) {
                taken.clear(offset);
                free.add(new Free(offset, clock.getAsLong() + REST_NANOS));
            }
        } finally {
            lock.unlock();
        }
    }

    private int offset(Endpoint endpoint) {
        int address = 0;
        for (var part : endpoint.address().split("\\.", 4)) {
            address = address << 8 | Integer.parseInt(part);
        }
        int offset = address - first;
        if (offset < 1 || offset >= BLOCK - 1) {
            throw new IllegalArgumentException(endpoint.address() + " is not of the block from " + text(1));
        }
        return offset;
    }

    private String text(int offset) {
        int address = first + offset;
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    @Override
    public List<String> sweep() {
        return List.of();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
