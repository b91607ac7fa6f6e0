package pikachu.server.main;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.store.StoreUnavailable;
import pikachu.server.controller.Users;
import pikachu.server.entities.JsonObject;

/**
 * A running platform's ear for whoever administers it: a Unix socket that its own user alone can open. One request and one
 * answer, a line of JSON each, to a connection.
 */
final class AdminSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LONGEST_ANSWER = 64 << 20;
    private static final long PATIENCE_SECONDS = 10;

    private final Users users;
    private final ServerSocketChannel listener;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("admin-deadlines").factory());

    AdminSocket(Path runFolder, Users users) throws IOException {
        this.users = users;
        var path = path(runFolder);
        Files.deleteIfExists(path);
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        Thread.ofVirtual().name("admin").start(this::listen);
    }

    /** @param runFolder of one of the platform's slices */
    static Path path(Path runFolder) {
        return runFolder.resolve("admin");
    }

    private void listen() {
        while (listener.isOpen()) {
            try {
                var connection = listener.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.error("event=admin_socket_failed reason=\"{}\"", e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        var deadline = deadlines.schedule(() -> shut(connection), PATIENCE_SECONDS, TimeUnit.SECONDS);
        try (connection) {
            var answer = answer(line(connection, LONGEST_LINE));
            Channels.newOutputStream(connection).write(answer);
        } catch (IOException e) {
            LOG.info("event=admin_connection_broken reason=\"{}\"", e.getMessage());
        } finally {
            deadline.cancel(false);
        }
    }

    private static void shut(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.info("event=admin_connection_broken reason=\"{}\"", e.getMessage());
        }
    }

    private byte[] answer(byte[] line) {
        try {
            var request = AdminRequest.read(line);
            return AdminRequest.answer(request.carryOut(users, System.currentTimeMillis()));
        } catch (IllegalArgumentException | StoreUnavailable e) {
            return AdminRequest.failure(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("event=admin_request_failed", e);
            return AdminRequest.failure("The platform could not do it (" + e + "); its log says more.");
        }
    }

    private static byte[] line(SocketChannel connection, int longest) throws IOException {
        var line = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(8192);
        while (connection.read(buffer.clear()) >= 0) {
            line.write(buffer.array(), 0, buffer.position());
            if (line.size() > longest) {
                throw new IOException("a line of more than " + longest + " bytes");
            }
            if (buffer.position() > 0 && buffer.get(buffer.position() - 1) == '\n') {
                break;
            }
        }
        return line.toByteArray();
    }

    /**
     * Asks the platform whose socket this is.
     *
     * @return empty when none listens there
     * @throws IllegalArgumentException with the platform's words when it refuses
     */
    static Optional<List<JsonObject>> ask(Path runFolder, AdminRequest request) throws IOException {
        var path = path(runFolder);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (var connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                connection.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException e) {
                return Optional.empty(); // left by a platform that was killed
            }
            connection.write(ByteBuffer.wrap(request.line()));
            return Optional.of(users(line(connection, LONGEST_ANSWER)));
        }
    }

    /** @throws IllegalArgumentException when the answer is an error */
    static List<JsonObject> users(byte[] answer) {
        var object = JsonObject.parse(answer);
        object.string("error").ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
        return object.objects("users").orElseThrow(() -> new IllegalArgumentException("The platform gave no answer."));
    }

    @Override
    public void close() {
        try (var _ = deadlines) {
            listener.close();
        } catch (IOException e) {
            LOG.info("event=admin_socket_failed reason=\"{}\"", e.getMessage());
        }
    }
}
