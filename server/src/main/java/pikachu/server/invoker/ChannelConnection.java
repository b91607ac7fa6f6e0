package pikachu.server.invoker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import pikachu.core.instances.Entry;

/**
 * One connection of a channel. One virtual thread reads lines and has them answered, one writes what is queued; whoever
 * queues never waits. It ends when the function closes it, breaks the rules or does not read what it is sent.
 */
final class ChannelConnection implements AutoCloseable {
    static final int MAX_LINE = 4096;
    static final int MAX_ERRORS = 16;
    static final int MAX_QUEUED = 1 << 20;
    static final int LINES_PER_SECOND = 200;
    private static final int WRITE_SIZE = 16 * 1024;
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SocketChannel socket;
    private final BiConsumer<ChannelConnection, ChannelRequest> take;
    private final Consumer<ChannelConnection> ended;
    private final long life;

    // Used by the reading thread alone.
    private int errors;
    private int linesThisSecond;
    private long secondBegan = System.nanoTime();

    /** Guards all that follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition hasMore = lock.newCondition();
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private int queuedBytes;
    private boolean isLast;
    private boolean isWatching;

    /** Lines, made when they are written; {@code bytes} is what they take up until then. */
    private record Outgoing(Iterator<byte[]> lines, int bytes) {}

    ChannelConnection(
            SocketChannel socket,
            BiConsumer<ChannelConnection, ChannelRequest> take,
            Consumer<ChannelConnection> ended,
            long life) {
        this.socket = socket;
        this.take = take;
        this.ended = ended;
        this.life = life;
    }

    /** Says why and closes. */
    static void refuse(SocketChannel socket, String why) throws IOException {
        try (socket) {
            socket.configureBlocking(false);
            socket.write(ByteBuffer.wrap(ChannelLines.error(why)));
        }
    }

    void start() {
        send(List.of(ChannelLines.GREETING));
        Thread.ofVirtual().name("channel-write").start(this::write);
        Thread.ofVirtual().name("channel-read").start(this::read);
    }

    long life() {
        return life;
    }

    boolean isWatching() {
        lock.lock();
        try {
            return isWatching;
        } finally {
            lock.unlock();
        }
    }

    /** Queues the entries there are; from now on changes come by {@link #send}. They are not counted as queued bytes. */
    void watch(List<Entry> present) {
        lock.lock();
        try {
            isWatching = true;
            var lines = Stream.concat(
                    present.stream().map(ChannelLines::entry), Stream.of(ChannelLines.present(present.size())));
            queue.add(new Outgoing(lines.iterator(), 0));
            hasMore.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Queues lines; when too much is queued already the reader is too slow, and the connection is closed. */
    void send(List<byte[]> lines) {
        int bytes = lines.stream().mapToInt(line -> line.length).sum();
        lock.lock();
        try {
            if (queuedBytes > 0 && queuedBytes + bytes > MAX_QUEUED) {
                close();
                return;
            }
            queue.add(new Outgoing(lines.iterator(), bytes));
            queuedBytes += bytes;
            hasMore.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            queue.clear();
            isLast = true;
            hasMore.signal();
            socket.close();
        } catch (IOException _) {
            // the other side is gone, or will see that we are
        } finally {
            lock.unlock();
        }
    }

    /** Closes once all that is queued has been written. */
    private void finish() {
        lock.lock();
        try {
            isLast = true;
            hasMore.signal();
        } finally {
            lock.unlock();
        }
    }

    private void read() {
        var bytes = new byte[MAX_LINE + 1];
        int length = 0;
        try {
            while (errors < MAX_ERRORS && length < bytes.length) {
                int more = socket.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
                if (more < 0) {
                    return;
                }
                length = takeLines(bytes, length + more);
            }
            if (length == bytes.length) {
                send(List.of(ChannelLines.error("A line has at most " + MAX_LINE + " bytes.")));
            }
        } catch (IOException _) {
            close();
        } finally {
            finish();
        }
    }

    /** Takes the whole lines among the first {@code length} bytes; moves the rest to the beginning, returns its length. */
    private int takeLines(byte[] bytes, int length) {
        int from = 0;
        for (int i = 0; i < length && errors < MAX_ERRORS; i++) {
            if (bytes[i] == '\n') {
                takeLine(Arrays.copyOfRange(bytes, from, i));
                from = i + 1;
            }
        }
        System.arraycopy(bytes, from, bytes, 0, length - from);
        return length - from;
    }

    private void takeLine(byte[] line) {
        slowDown();
        try {
            take.accept(this, ChannelRequest.parse(line));
        } catch (ChannelRequest.Misunderstood e) {
            errors++;
            send(List.of(ChannelLines.error(String.valueOf(e.getMessage()))));
        }
    }

    /** Reading on later is all that is needed: the socket's buffer fills and the function waits. */
    private void slowDown() {
        long now = System.nanoTime();
        if (now - secondBegan >= SECOND) {
            secondBegan = now;
            linesThisSecond = 0;
        }
        if (++linesThisSecond > LINES_PER_SECOND) {
            LockSupport.parkNanos(secondBegan + SECOND - now);
        }
    }

    private void write() {
        var buffer = ByteBuffer.allocate(WRITE_SIZE);
        try {
            for (var next = next(); next.isPresent(); next = next()) {
                for (var lines = next.get().lines(); lines.hasNext(); ) {
                    add(lines.next(), buffer);
                }
                flush(buffer);
                written(next.get().bytes());
            }
        } catch (IOException _) {
            // the function closed it, or was too slow
        } finally {
            close();
            ended.accept(this);
        }
    }

    private void add(byte[] line, ByteBuffer buffer) throws IOException {
        if (line.length > buffer.remaining()) {
            flush(buffer);
        }
        if (line.length > buffer.capacity()) {
            flush(ByteBuffer.wrap(line).position(line.length));
        } else {
            buffer.put(line);
        }
    }

    private void flush(ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            socket.write(buffer);
        }
        buffer.clear();
    }

    private Optional<Outgoing> next() {
        lock.lock();
        try {
            while (queue.isEmpty() && !isLast) {
                hasMore.awaitNanos(LONG);
            }
            return Optional.ofNullable(queue.poll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void written(int bytes) {
        lock.lock();
        try {
            queuedBytes -= bytes;
        } finally {
            lock.unlock();
        }
    }
}
