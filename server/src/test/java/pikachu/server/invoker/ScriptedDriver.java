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
import java.util.concurrent.atomic.AtomicInteger;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;

/** Containers whose runtime is a thread here. It answers /init at once, and /run only if it is told to. */
final class ScriptedDriver implements ContainerDriver {
    final Queue<ScriptedContainer> started = new ConcurrentLinkedQueue<>();

    /** The bodies of /init and /run as they came. */
    final Queue<String> requests = new ConcurrentLinkedQueue<>();

    final AtomicInteger sweeps = new AtomicInteger();
    volatile boolean answersRun = true;

    /** Whether what is started from now on cannot be closed. */
    volatile boolean failsToClose;

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
        var container = new ScriptedContainer(spec, failsToClose);
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
        private final boolean failsToClose;
        private final ServerSocket server;
        private final CompletableFuture<Exit> exited = new CompletableFuture<>();
        private final PipedOutputStream stdout = new PipedOutputStream();
        private final PipedOutputStream stderr = new PipedOutputStream();

        ScriptedContainer(ContainerSpec spec, boolean failsToClose) {
            this.spec = spec;
            this.failsToClose = failsToClose;
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
                    if (path.equals("/init") || answersRun) {
                        endLogs(path);
                        socket.getOutputStream()
                                .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } catch (IOException e) {
                // the invoker has hung up, or the container has been ended
            }
        }

        private void endLogs(String path) throws IOException {
            if (path.equals("/run")) {
                for (var stream : List.of(stdout, stderr)) {
                    stream.write("XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n".getBytes(StandardCharsets.US_ASCII));
                    stream.flush();
                }
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
        public void close() {
            if (failsToClose) {
                throw new ContainerFailure("Container " + spec.number() + " does not die.");
            }
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
