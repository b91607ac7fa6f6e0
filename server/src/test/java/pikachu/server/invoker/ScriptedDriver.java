package pikachu.server.invoker;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerSpec;

/** Containers whose runtime is a thread here. It answers /init at once, and /run unless it is told to hold it. */
final class ScriptedDriver implements ContainerDriver {
    final Queue<ScriptedContainer> started = new ConcurrentLinkedQueue<>();

    /** The bodies of /init and /run as they came. */
    final Queue<String> requests = new ConcurrentLinkedQueue<>();

    final AtomicInteger sweeps = new AtomicInteger();

    /** What closing a container that is started from now on does before all else. */
    volatile Runnable closing = () -> {};

    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Until {@link #letRun} no /run is answered. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void letRun() {
        gate.countDown();
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public List<String> notHeld() {
        return List.of();
    }

    @Override
    public Container start(ContainerSpec spec) {
        var container = new ScriptedContainer(spec, closing);
        started.add(container);
        return container;
    }

    @Override
    public List<String> sweep() {
        sweeps.incrementAndGet();
        return List.of();
    }

    @Override
    public void close() {
        started.forEach(ScriptedContainer::end);
    }

    final class ScriptedContainer implements Container {
        private final ContainerSpec spec;
        private final Runnable closing;
        private final ServerSocket server;
        private final CompletableFuture<Exit> exited = new CompletableFuture<>();
        private final PipedOutputStream stdout = new PipedOutputStream();
        private final PipedOutputStream stderr = new PipedOutputStream();

        ScriptedContainer(ContainerSpec spec, Runnable closing) {
            this.spec = spec;
            this.closing = closing;
            try {
                this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try (var socket = server.accept()) {
                while (true) {
                    var path = request(socket);
                    if (path.equals("/run")) {
                        pass();
                        endLogs();
                    }
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                // the invoker has hung up, or the container has been ended
            }
        }

        private void pass() throws IOException {
            try {
                if (!gate.await(60, TimeUnit.SECONDS)) {
                    throw new IOException("nobody let it run");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        private void endLogs() throws IOException {
            for (var stream : List.of(stdout, stderr)) {
                stream.write("XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n".getBytes(StandardCharsets.US_ASCII));
                stream.flush();
            }
        }

        private String request(Socket socket) throws IOException {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                var next = socket.getInputStream().read();
                if (next < 0) {
                    throw new IOException("closed");
                }
                head.append((char) next);
            }
            var length = head.substring(head.indexOf("Content-Length: ") + 16);
            var body = socket.getInputStream().readNBytes(Integer.parseInt(length.substring(0, length.indexOf('\r'))));
            requests.add(new String(body, StandardCharsets.UTF_8));
            return head.substring(5, head.indexOf(" HTTP/"));
        }

        @Override
        public ContainerSpec spec() {
            return spec;
        }

        @Override
        public SocketAddress control() {
            return server.getLocalSocketAddress();
        }

        @Override
        public Seen seen() {
            return new Seen("/directory", "/channel", "/volumes");
        }

        @Override
        public InputStream stdout() {
            return readable(stdout);
        }

        @Override
        public InputStream stderr() {
            return readable(stderr);
        }

        private static InputStream readable(PipedOutputStream stream) {
            try {
                return new PipedInputStream(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public CompletableFuture<Exit> exited() {
            return exited.copy();
        }

        @Override
        public boolean ranOutOfMemory() {
            return false;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void close() {
            closing.run();
            end();
        }

        private void end() {
            try {
                server.close();
                stdout.close();
                stderr.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            exited.complete(new Exit(137, false));
        }
    }
}
