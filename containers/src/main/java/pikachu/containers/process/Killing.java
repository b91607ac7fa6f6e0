package pikachu.containers.process;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import pikachu.containers.host.Libc;
import pikachu.core.containers.ContainerFailure;

/** Kills until nothing is left: a process may fork between being seen and being killed. */
final class Killing {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int PATIENCE = 4;

    private Killing() {}

    /**
     * @param last what kills those who fork faster than they are found, tried when some rounds did not suffice
     * @throws ContainerFailure naming the processes that are left after 5 s
     */
    static void untilGone(Supplier<Collection<Long>> find, Runnable last, String what) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        var left = find.get();
        for (int round = 1; !left.isEmpty(); round++) {
            if (System.nanoTime() - deadline > 0) {
                throw new ContainerFailure("Processes of " + what + " outlive SIGKILL: " + left
                        + "; they may hang in the kernel. Their address and number stay taken");
            }
            left.forEach(Libc::kill);
            if (round % PATIENCE == 0) {
                last.run();
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            left = find.get();
        }
    }
}
