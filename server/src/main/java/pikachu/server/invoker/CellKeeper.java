package pikachu.server.invoker;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;

/**
 * Makes stem cells when nothing else is under way, one at a time, and removes those that are too many. Owned by the
 * invoker's loop; what takes time runs on a thread of its own.
 */
final class CellKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(CellKeeper.class);
    private static final long EVERY_MS = 50;

    private final StemCells stemCells;
    private final ContainerPool<HostedContainer> pool;
    private final LiveContainers live;
    private final Hosting hosting;
    private final EventLoop<InvokerEvent> loop;
    /** Whether a start of a stem cell would be in nobody's way. */
    private final BooleanSupplier isQuiet;

    private Optional<HostedContainer> starting = Optional.empty();
    private long due;
    private boolean isOn;

    CellKeeper(
            StemCells stemCells,
            ContainerPool<HostedContainer> pool,
            LiveContainers live,
            Hosting hosting,
            EventLoop<InvokerEvent> loop,
            BooleanSupplier isQuiet) {
        this.stemCells = stemCells;
        this.pool = pool;
        this.live = live;
        this.hosting = hosting;
        this.loop = loop;
        this.isQuiet = isQuiet;
    }

    /** Not before the platform is ready, so that stem cells do not make its start longer. */
    void begin() {
        isOn = true;
    }

    /** An activation found no warm container. */
    void asked(CellKey key) {
        stemCells.asked(key, loop.now());
    }

    /** A stem cell has died unused. */
    void died(HostedContainer cell) {
        LOG.warn(
                "event=stem_cell_died container={} kind={}",
                cell.number(),
                cell.key().kind());
        stemCells.failed(cell.key(), loop.now());
    }

    void tick(long now) {
        if (!isOn || now < due) {
            return;
        }
        due = now + EVERY_MS;
        stemCells.surplus(pool.cellCounts(), now).flatMap(pool::dropCell).ifPresent(live::remove);
        if (starting.isEmpty() && isQuiet.getAsBoolean()) {
            stemCells.lacking(pool.cellCounts(), now).ifPresent(this::make);
        }
    }

    private void make(CellKey key) {
        var number = pool.lend(key);
        if (number.isEmpty()) {
            return;
        }
        try {
            var cell = live.make(number.getAsInt(), key);
            starting = Optional.of(cell);
            Thread.ofVirtual().start(() -> start(cell));
        } catch (UncheckedIOException e) {
            LOG.warn("event=stem_cell_not_made kind={} reason=\"{}\"", key.kind(), e.getMessage());
            pool.failed(number.getAsInt(), key);
            pool.removed(number.getAsInt());
            stemCells.failed(key, loop.now());
        }
    }

    private void start(HostedContainer cell) {
        try {
            hosting.attach(cell);
            hosting.start(cell);
            hosting.connect(cell);
        } catch (RuntimeException e) {
            LOG.warn(
                    "event=stem_cell_not_made kind={} reason=\"{}\"", cell.key().kind(), e.getMessage());
        } finally {
            loop.execute(() -> started(cell));
        }
    }

    private void started(HostedContainer cell) {
        starting = Optional.empty();
        if (isOn && cell.isAlive() && cell.isConnected()) {
            pool.ready(cell, cell.number(), cell.key());
            return;
        }
        if (isOn) {
            stemCells.failed(cell.key(), loop.now());
        }
        pool.failed(cell.number(), cell.key());
        live.remove(cell);
    }

    /** Makes no more until {@link #begin}; what is being made comes to nothing. */
    void end() {
        isOn = false;
        starting.ifPresent(cell -> Thread.ofVirtual().start(cell::kill));
    }
}
