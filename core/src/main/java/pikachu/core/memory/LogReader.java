package pikachu.core.memory;

import java.util.List;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.Delivery;
import pikachu.core.bus.Start;

/** A reader of a {@link PartitionLog}. */
final class LogReader implements BusReader {
    private final PartitionLog log;
    private final Runnable ready;
    /**
     * Whether {@code ready} is owed when something comes. Set before the log is looked at, cleared before {@code ready} is
     * called: a race can call it once too often, never too seldom.
     */
    private volatile boolean isArmed = true;

    private volatile boolean isOpen;

    /** Where to read on; the log's lock guards it. */
    long next;

    /** Whether something was deleted that it has not read; the log's lock guards it. */
    boolean isBehindTrim;

    private boolean hasMissed;

    LogReader(PartitionLog log, Runnable ready) {
        this.log = log;
        this.ready = ready;
    }

    void open(Start start) {
        isOpen = true;
        if (log.open(this, start)) {
            wake();
        }
    }

    @Override
    public List<Delivery> poll(int max) {
        if (!isOpen) {
            return List.of();
        }
        isArmed = true;
        var found = log.poll(this, max);
        hasMissed = log.hasMissed(this);
        if (found.size() == max && log.hasMore(this)) {
            wake();
        }
        return found;
    }

    @Override
    public boolean hasMissed() {
        return hasMissed;
    }

    @Override
    public void settle(long position) {
        if (isOpen) {
            log.settle(position);
        }
    }

    /** Counts no more: holds back nothing and settles nothing. */
    @Override
    public void close() {
        if (isOpen) {
            isOpen = false;
            log.leave(this);
        }
    }

    void wake() {
        if (isArmed && isOpen) {
            isArmed = false;
            ready.run();
        }
    }

    void shut() {
        isOpen = false;
    }
}
