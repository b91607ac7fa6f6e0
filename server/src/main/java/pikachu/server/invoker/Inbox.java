package pikachu.server.invoker;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.Delivery;
import pikachu.core.loops.InvokerEvent.Received;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.wire.Codec;
import pikachu.core.wire.MalformedRecord;

/**
 * The invoker's own topic, read by its loop. While too many jobs wait for a container, further orders are put aside as they
 * came, in order and unsettled; all else is passed on at once, so that a notice of death does not stand in line behind
 * work. An order that is passed late means the same as one that comes late. What is put aside is bounded; beyond that
 * nothing is read.
 */
final class Inbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final int BATCH = 64;

    /** As much as the bus in memory keeps of a topic, which holds the same bytes anyway. */
    private static final long MAX_ASIDE_BYTES = 64L << 20;

    private final BusReader reader;
    private final BooleanSupplier isBusy;
    private final Consumer<Received> received;
    private final Codec codec = new Codec();
    private final Queue<Delivery> aside = new ArrayDeque<>();
    private long asideBytes;

    /** @param isBusy whether no more orders are wanted for now */
    Inbox(BusReader reader, BooleanSupplier isBusy, Consumer<Received> received) {
        this.reader = reader;
        this.isBusy = isBusy;
        this.received = received;
    }

    /** Passes on what may be; returns whether there may be more at once. */
    boolean read() {
        for (var taken = 0; taken < BATCH && canResume(); taken++) {
            var next = aside.remove();
            asideBytes -= next.value().length;
            decode(next, this::pass);
        }
        if (asideBytes > MAX_ASIDE_BYTES) {
            return false;
        }
        var batch = reader.poll(BATCH);
        batch.forEach(delivery -> decode(delivery, this::sort));
        return batch.size() == BATCH || canResume();
    }

    private boolean canResume() {
        return !aside.isEmpty() && !isBusy.getAsBoolean();
    }

    private void sort(Delivery delivery, InvokerMessage message) {
        if (message instanceof Activate && (!aside.isEmpty() || isBusy.getAsBoolean())) {
            aside.add(delivery);
            asideBytes += delivery.value().length;
        } else {
            pass(delivery, message);
        }
    }

    private void pass(Delivery delivery, InvokerMessage message) {
        received.accept(new Received(delivery.position(), message));
    }

    private interface Taker {
        void take(Delivery delivery, InvokerMessage message);
    }

    private void decode(Delivery delivery, Taker taker) {
        InvokerMessage message;
        try {
            message = (InvokerMessage) codec.decode(delivery.value());
        } catch (MalformedRecord | ClassCastException e) {
            LOG.error(
                    "event=record_not_read topic={} position={} reason=\"{}\"",
                    delivery.topic(),
                    delivery.position(),
                    e.getMessage());
            settle(delivery.position());
            return;
        }
        taker.take(delivery, message);
    }

    void settle(long position) {
        reader.settle(position);
    }

    /** What was put aside stays on the bus. */
    @Override
    public void close() {
        reader.close();
    }
}
