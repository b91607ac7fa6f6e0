package pikachu.core.simulation;

import java.util.ArrayDeque;

/** A process of the cluster: it may be cut off from the bus, paused, or dead; its clock runs from an offset of its own. */
abstract class Node {
    final Clockwork clock;
    final String name;
    private final long offsetMs;
    private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
    private boolean isAlive;
    private boolean isPaused;
    private boolean isCutOff;
    private long life;
    private long tickAtUs = Long.MAX_VALUE;
    private long ticks;

    Node(Clockwork clock, String name) {
        this.clock = clock;
        this.name = name;
        offsetMs = clock.between(-3_600_000, 3_600_000) + 10_000_000;
    }

    long nowMs() {
        return clock.nowMs() + offsetMs;
    }

    boolean isAlive() {
        return isAlive;
    }

    boolean isPaused() {
        return isPaused;
    }

    boolean isReachable() {
        return isAlive && !isCutOff;
    }

    long life() {
        return life;
    }

    void begin() {
        isAlive = true;
        isPaused = false;
        life++;
        tickAtUs = Long.MAX_VALUE;
        ticks++;
        clock.note(name, "begins life " + life);
    }

    void crash() {
        clock.note(name, "crashes");
        isAlive = false;
        isPaused = false;
        life++;
        backlog.clear();
    }

    void pause() {
        clock.note(name, "pauses");
        isPaused = true;
    }

    void resume() {
        if (!isAlive || !isPaused) {
            return;
        }
        clock.note(name, "resumes");
        isPaused = false;
        while (!backlog.isEmpty() && isAlive && !isPaused) {
            backlog.remove().run();
        }
    }

    void cutOff(boolean cut) {
        clock.note(name, cut ? "is cut off" : "is joined again");
        isCutOff = cut;
    }

    /** Runs now, or when the process runs again; not at all if this life of it has ended. */
    void deliver(long toLife, Runnable action) {
        if (!isAlive || life != toLife) {
            return;
        }
        if (isPaused) {
            backlog.add(() -> deliver(toLife, action));
        } else {
            action.run();
        }
    }

    /** Later, in this life. */
    void later(long delayUs, Runnable action) {
        long toLife = life;
        clock.afterUs(delayUs, () -> deliver(toLife, action));
    }

    /** Wants the loop's next tick at this time of its own clock, and at the latest after {@code atMost}. */
    void tickBy(long dueMs, long atMostMs) {
        long delayMs = Math.max(0, Math.min(dueMs - nowMs(), atMostMs));
        long atUs = clock.nowUs() + delayMs * 1000;
        if (atUs >= tickAtUs) {
            return;
        }
        tickAtUs = atUs;
        long tick = ++ticks;
        later(delayMs * 1000, () -> {
            if (tick == ticks) {
                tickAtUs = Long.MAX_VALUE;
                tick();
            }
        });
    }

    abstract void tick();
}
