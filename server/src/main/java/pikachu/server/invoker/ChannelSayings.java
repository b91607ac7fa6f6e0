package pikachu.server.invoker;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the present activation has said of itself, passed on at most ten times a second; of what comes faster the last
 * counts. What an instance waits for becomes one of its attributes, since everybody sees those.
 *
 * <p>The listener is called under the lock, so that after {@link #forget} it hears no more of the activation before.
 */
final class ChannelSayings implements AutoCloseable {
    static final String WAITS_FOR = "waits_for";
    private static final long PACE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);

    private final Channel.Listener listener;

    /** Guards all that follows. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition hasChanged = lock.newCondition();
    private Optional<State> state = Optional.empty();
    private Optional<JsonText> attributes = Optional.empty();
    private Optional<String> waitsFor = Optional.empty();
    private boolean areAttributesNew;
    private long nextAt = System.nanoTime();
    private long life;
    private boolean isClosed;

    ChannelSayings(Channel.Listener listener) {
        this.listener = listener;
    }

    void start() {
        Thread.ofVirtual().name("channel-sayings").start(this::passOn);
    }

    /** Grows with each activation; a connection belongs to the one that it was opened in. */
    long life() {
        lock.lock();
        try {
            return life;
        } finally {
            lock.unlock();
        }
    }

    /** False, and nothing is done, when the speaker's activation has ended. */
    boolean take(long speakersLife, ChannelRequest.Said said, Optional<Channel.Counts> counts) {
        lock.lock();
        try {
            if (speakersLife != life) {
                return false;
            }
            counts.ifPresent(listener::counted);
            if (!said.isEmpty()) {
                learn(said);
                hasChanged.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A new activation begins: nobody has said anything. */
    void forget() {
        lock.lock();
        try {
            life++;
            state = Optional.empty();
            attributes = Optional.empty();
            waitsFor = Optional.empty();
            areAttributesNew = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            life++;
            isClosed = true;
            hasChanged.signal();
        } finally {
            lock.unlock();
        }
    }

    private void learn(ChannelRequest.Said said) {
        if (said.state().isPresent()) {
            state = said.state();
            areAttributesNew |= !waitsFor.equals(said.waitsFor());
            waitsFor = said.waitsFor();
        }
        if (said.attributes().isPresent()) {
            attributes = said.attributes();
            areAttributesNew = true;
        }
    }

    private void passOn() {
        lock.lock();
        try {
            while (!isClosed) {
                boolean isNews = state.isPresent() || areAttributesNew;
                long wait = isNews ? nextAt - System.nanoTime() : LONG;
                if (wait > 0) {
                    hasChanged.awaitNanos(wait);
                } else {
                    tell();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        var newState = state;
        Optional<JsonText> newAttributes = areAttributesNew ? Optional.of(withWaitsFor()) : Optional.empty();
        state = Optional.empty();
        areAttributesNew = false;
        nextAt = System.nanoTime() + PACE;
        listener.said(newState, newAttributes);
    }

    private JsonText withWaitsFor() {
        var own = attributes.orElse(JsonText.EMPTY_OBJECT);
        if (waitsFor.isEmpty()) {
            return own;
        }
        var all = (ObjectNode) ChannelLines.JSON.readTree(own.utf8());
        var together = ChannelRequest.compact(all.put(WAITS_FOR, waitsFor.get()));
        return together.length() <= Entry.MAX_ATTRIBUTES ? together : own;
    }
}
