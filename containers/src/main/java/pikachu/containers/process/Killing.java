package pikachu.containers.process;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import pikachu.containers.host.Libc;
import pikachu.core.containers.ContainerFailure;

/** Kills until nothing is left: a process may fork between being seen and being killed. */
final class Killing {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int PATIENCE = 4;
    private static final long LEADER_MILLIS = 20;

    private Killing() {}

    /**
     * At one stroke, so that the group cannot outrun us; while its leader lives its number is no other group's. Then
     * waits a little for the leader, since a search that still finds it is lost: searches are what ending costs.
     */
    static void group(Process leader) {
        if (leader.isAlive()) {
            Libc.killGroup(leader.pid());
            try {
                var _ = leader.destroyForcibly().waitFor(LEADER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What a search found.
     *
     * @param complete none can have slipped behind the listing
     */
    record Found(Collection<Long> pids, boolean complete) {}

    /**
     * An empty listing proves nothing while others fork: a parent may have ended and its child stand behind where we
     * read. It counts when the search was complete, or after one stroke at all of them.
     *
     * @param stroke kills all at once, so that none can fork any more; false when that could not be done
     * @throws ContainerFailure naming the processes that are left after 5 s
     */
    static void untilGone(Supplier<Found> find, BooleanSupplier stroke, String what) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        boolean struck = false;
        var left = find.get();
        for (int round = 1; !(left.pids().isEmpty() && (left.complete() || struck)); round++) {
            if (System.nanoTime() - deadline > 0) {
                throw new ContainerFailure("Processes of " + what + " may outlive SIGKILL: " + left.pids()
                        + "; they may hang in the kernel. Their address and number stay taken");
            }
            left.pids().forEach(Libc::kill);
            if (left.pids().isEmpty() || round % PATIENCE == 0) {
                struck = stroke.getAsBoolean();
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            left = find.get();
        }
    }
}
