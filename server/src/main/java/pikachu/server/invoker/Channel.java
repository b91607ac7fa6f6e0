package pikachu.server.invoker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;

/**
 * One container's channel: a Unix socket in the container's own folder on which the function says how it does and is told
 * of changes in the directory. docs/formats/channel.md is the protocol.
 *
 * <p>Hosted code is hostile: lines, connections, rates and what waits to be read are all bounded, and nothing that a
 * function sends does more than cost it its own connection. The speaker is known by the folder alone. Each connection has
 * two virtual threads; {@link ChannelSayings} decides when the listener hears what was said.
 */
public final class Channel implements AutoCloseable {
    static final int MAX_CONNECTIONS = 8;
    /** What the kernel takes for the path of a Unix socket. */
    static final int MAX_PATH = 107;

    private static final Logger LOG = LoggerFactory.getLogger(Channel.class);
    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path socket;
    private final Supplier<List<Entry>> present;
    private final ChannelSayings sayings;

    /** Guards server, connections and isClosed, and keeps a watcher's first entries and what is pushed in order. */
    private final ReentrantLock lock = new ReentrantLock();

    private final List<ChannelConnection> connections = new ArrayList<>();
    private Optional<ServerSocketChannel> server = Optional.empty();
    private boolean isClosed;

    /** Whether connections has any; written under the lock, read without. */
    private volatile boolean isConnected;

    /** Who is told what the function says. Called from any thread, under a lock: must only hand over. */
    public interface Listener {
        /** At most ten times a second; at least one of the two is present, the state is RUNNING, WAITING or LEAVING. */
        void said(Optional<State> state, Optional<JsonText> attributes);

        void counted(Counts counts);
    }

    /** What an instance has sent and received since it said so last. */
    public record Counts(long messagesSent, long bytesSent, long messagesReceived, long bytesReceived) {}

    /**
     * @param folder the container's own; who may enter it may speak
     * @param present the namespace's directory as of what was {@link #push}ed; see {@link DirectoryFolder#entries}
     */
    public Channel(Path folder, Listener listener, Supplier<List<Entry>> present) {
        this.socket = folder.resolve("channel");
        this.present = present;
        this.sayings = new ChannelSayings(listener);
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH) {
            throw new IllegalArgumentException(
                    "The path of the channel " + socket + " has " + length + " bytes, but a Unix socket's has at most "
                            + MAX_PATH + ". Choose a shorter folder for the state.");
        }
    }

    /** The socket's path. */
    public Path path() {
        return socket;
    }

    /** Begins to listen. A socket that a dead predecessor left is removed. */
    public void bind() {
        try {
            Files.deleteIfExists(socket);
            var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            keep(listening); // before anything can fail, so that close() finds it
            listening.bind(UnixDomainSocketAddress.of(socket));
            // The folder says who may come; the function's user is not ours.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            sayings.start();
            Thread.ofVirtual().name("channel-accept").start(() -> accept(listening));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Could not listen on the channel " + socket + " (" + e.getMessage()
                            + "). Does the folder exist, and is it writable?",
                    e);
        }
    }

    /** Tells all who watch of these entries, new or changed. Never waits for a reader. */
    public void push(List<Entry> changed) {
        // Most containers have nobody on their channel. Who comes right now begins with what is there already.
        if (!isConnected) {
            return;
        }
        lock.lock();
        try {
            var watchers =
                    connections.stream().filter(ChannelConnection::isWatching).toList();
            if (!watchers.isEmpty()) {
                var lines = changed.stream().map(ChannelLines::entry).toList();
                watchers.forEach(watcher -> watcher.send(lines));
            }
        } finally {
            lock.unlock();
        }
    }

    /** An activation has ended: closes all connections. Once this returns nothing that it said reaches the listener. */
    public void reset() {
        sayings.forget();
        closeConnections();
    }

    @Override
    public void close() {
        Optional<ServerSocketChannel> listening;
        lock.lock();
        try {
            isClosed = true;
            listening = server;
            server = Optional.empty();
        } finally {
            lock.unlock();
        }
        sayings.close();
        closeConnections();
        listening.ifPresent(this::stopListening);
    }

    private void stopListening(ServerSocketChannel listening) {
        try {
            listening.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Could not remove the channel " + socket + " (" + e.getMessage() + "). Remove it by hand.", e);
        }
    }

    private void keep(ServerSocketChannel listening) {
        lock.lock();
        try {
            server = Optional.of(listening);
        } finally {
            lock.unlock();
        }
    }

    private void accept(ServerSocketChannel listening) {
        while (listening.isOpen()) {
            try {
                admit(listening.accept());
            } catch (IOException e) {
                if (listening.isOpen()) {
                    LOG.warn("event=channel_not_accepted path={} reason=\"{}\"", socket, e.getMessage());
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
                }
            }
        }
    }

    private void admit(SocketChannel accepted) throws IOException {
        lock.lock();
        try {
            if (isClosed || connections.size() >= MAX_CONNECTIONS) {
                ChannelConnection.refuse(accepted, "There are " + MAX_CONNECTIONS + " connections already.");
                return;
            }
            var connection = new ChannelConnection(accepted, this::take, this::forget, sayings.life());
            connections.add(connection);
            isConnected = true;
            connection.start();
        } finally {
            lock.unlock();
        }
    }

    /** Does what one line asks for and answers it. */
    private void take(ChannelConnection from, ChannelRequest request) {
        var said = request.said();
        var counts = request.counts();
        if (!sayings.take(from.life(), said, counts)) {
            return; // of an activation that has ended; its connection is being closed
        }
        from.send(List.of(ChannelLines.OK));
        if (request.isWatching() && !from.isWatching()) {
            lock.lock();
            try {
                from.watch(present.get());
            } finally {
                lock.unlock();
            }
        }
    }

    private void forget(ChannelConnection connection) {
        lock.lock();
        try {
            connections.remove(connection);
            isConnected = !connections.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void closeConnections() {
        List<ChannelConnection> open;
        lock.lock();
        try {
            open = List.copyOf(connections);
            connections.clear();
            isConnected = false;
        } finally {
            lock.unlock();
        }
        open.forEach(ChannelConnection::close);
    }
}
