package pikachu.runtime.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Accepts clients and gives each a thread, up to a number of them; further ones wait in the kernel's backlog. */
public final class Server {
    private static final int PAUSE_MS = 50;

    private final ServerSocketChannel listener;
    private final boolean isTcp;
    private final Handler handler;
    private final Semaphore free = new Semaphore(Limits.CONNECTIONS);

    public Server(ServerSocketChannel listener, Handler handler) throws IOException {
        this.listener = listener;
        this.isTcp = listener.getLocalAddress() instanceof InetSocketAddress;
        this.handler = handler;
    }

    /** Until the listener is closed; a failure to accept is survived as long as somebody is connected. */
    public void serve() throws IOException, InterruptedException {
        while (listener.isOpen()) {
            free.acquire();
            try {
                start(listener.accept());
            } catch (IOException | OutOfMemoryError failure) {
                free.release();
                pause(failure);
            }
        }
    }

    /** No thread to be had counts like no descriptor: both come back when the function lets go of some. */
    private void start(SocketChannel channel) throws IOException {
        try {
            if (isTcp) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            var thread = new Thread(() -> serve(channel), "pikachu-connection");
            thread.setDaemon(true);
            thread.start();
        } catch (IOException | RuntimeException | Error failure) {
            channel.close();
            throw failure;
        }
    }

    private void serve(SocketChannel channel) {
        try {
            new Connection(channel, handler).serve();
        } finally {
            free.release();
        }
    }

    /**
     * Out of descriptors. With a connection open there is hope that one closes. With none it would be for ever, and a
     * proxy that cannot be reached is better dead, so that the invoker sees it.
     */
    private void pause(Throwable failure) throws IOException, InterruptedException {
        if (!listener.isOpen()) {
            return;
        }
        if (free.availablePermits() == Limits.CONNECTIONS) {
            throw new IOException("cannot accept connections: the action used up what there is", failure);
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
}
