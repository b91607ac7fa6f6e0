package pikachu.server.api;

import io.helidon.http.HeaderValues;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import pikachu.core.instances.Entry;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Invocations;
import pikachu.server.controller.Refused;
import pikachu.server.entities.EntryJson;

/**
 * Streams the changes of a namespace's directory as server-sent events. The connection's thread writes; whoever changes
 * the directory only puts an entry into the stream's queue. A client that lets it fill up is told so and let go; one that
 * takes nothing at all, or has gone away, is noticed at the next event or sign of life.
 */
final class InstanceWatch implements AutoCloseable {
    private static final int MAX_STREAMS = 1_000;
    /** Changes that may wait for a client, besides what was there when it came. */
    private static final int MAX_WAITING = 4_096;

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final byte[] ALIVE = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TOO_SLOW =
            ("event: error\ndata: {\"error\":\"Changes came faster than this client took them. Watch again: the present"
                            + " instances come first.\"}\n\n")
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] BEFORE = "event: instance\ndata: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] AFTER = "\n\n".getBytes(StandardCharsets.UTF_8);

    private final Invocations invocations;
    private final Duration keepAlive;
    private final Set<Thread> streaming = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed;

    InstanceWatch(Invocations invocations, Duration keepAlive) {
        this.invocations = invocations;
        this.keepAlive = keepAlive;
    }

    /** Returns when the client has gone, was too slow, or the server closes. */
    void stream(Exchange exchange, NamespaceName namespace) {
        if (streaming.size() >= MAX_STREAMS || isClosed) {
            throw Refused.because(
                    503, "There are " + streaming.size() + " watches already. End one, or list instead of watching.");
        }
        streaming.add(Thread.currentThread());
        try {
            var stream = new Stream(exchange.stream(HeaderValues.CONTENT_TYPE_EVENT_STREAM));
            stream.run(namespace);
        } finally {
            streaming.remove(Thread.currentThread());
        }
    }

    int streams() {
        return streaming.size();
    }

    @Override
    public void close() {
        isClosed = true;
        streaming.forEach(Thread::interrupt);
    }

    /** One client's stream, owned by its connection's thread. */
    private final class Stream {
        private final OutputStream out;
        private final Thread writer = Thread.currentThread();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean isTooSlow;

        Stream(OutputStream out) {
            this.out = out;
        }

        void run(NamespaceName namespace) {
            var waiting = new LinkedBlockingQueue<Entry>(
                    invocations.instances(namespace).size() + MAX_WAITING);
            AutoCloseable handle = invocations.watch(namespace, entry -> offer(waiting, entry));
            try (out;
                    handle) {
                write(waiting);
            } catch (InterruptedException e) {
                // the server closes; the stream just ends, and so does this connection
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                throw new UncheckedIOException("The watcher of " + namespace + " has gone.", e);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("The watch of " + namespace + " could not be closed.", e);
            } finally {
                ended.countDown();
            }
        }

        private void write(LinkedBlockingQueue<Entry> waiting) throws IOException, InterruptedException {
            // headers and this go out at once, so that the client knows it is heard
            out.write(ALIVE);
            out.flush();
            while (!isTooSlow) {
                var entry = waiting.poll(keepAlive.toNanos(), TimeUnit.NANOSECONDS);
                if (entry == null) {
                    out.write(ALIVE);
                } else {
                    event(entry);
                    for (var more = waiting.poll(); more != null && !isTooSlow; more = waiting.poll()) {
                        event(more);
                    }
                }
                out.flush();
            }
            out.write(TOO_SLOW);
            out.flush();
        }

        private void event(Entry entry) throws IOException {
            out.write(BEFORE);
            out.write(EntryJson.write(entry));
            out.write(AFTER);
        }

        private void offer(LinkedBlockingQueue<Entry> waiting, Entry entry) {
            if (isTooSlow || waiting.offer(entry)) {
                return;
            }
            isTooSlow = true;
            Thread.ofVirtual().name("api-watch-end").start(this::endSoon);
        }

        /** The writer may hang in a write to a client that takes nothing: an interrupt closes its socket. */
        private void endSoon() {
            try {
                if (!ended.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                    writer.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
