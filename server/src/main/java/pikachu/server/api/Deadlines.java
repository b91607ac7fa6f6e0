package pikachu.server.api;

import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends connections whose client sends or takes its bytes too slowly. Each connection has a virtual thread; interrupting
 * one that waits for the network closes its socket. What the server itself takes long for is not counted.
 */
final class Deadlines implements Http1ConnectionListener, AutoCloseable {
    private static final long CHECK_MS = 250;

    private final long allowedNanos;
    /** When the client must have sent, or taken, everything: by thread, System.nanoTime(). */
    private final ConcurrentHashMap<Thread, Long> deadlines = new ConcurrentHashMap<>();

    private final Thread checker = Thread.ofVirtual().name("api-deadlines").unstarted(this::check);

    Deadlines(Duration allowed) {
        this.allowedNanos = allowed.toNanos();
    }

    void start() {
        checker.start();
    }

    @Override
    public void prologue(ConnectionContext ctx, HttpPrologue prologue) {
        begin();
    }

    /** From now on the client is what this thread waits for. */
    void begin() {
        deadlines.put(Thread.currentThread(), System.nanoTime() + allowedNanos);
    }

    /** The client has done its part. */
    void end() {
        deadlines.remove(Thread.currentThread());
    }

    private void check() {
        try {
            while (true) {
                Thread.sleep(CHECK_MS);
                long now = System.nanoTime();
                deadlines.forEach((thread, deadline) -> {
                    if (now - deadline > 0 && deadlines.remove(thread, deadline)) {
                        thread.interrupt();
                    }
                });
            }
        } catch (InterruptedException e) {
            deadlines.clear();
        }
    }

    @Override
    public void close() {
        checker.interrupt();
    }
}
