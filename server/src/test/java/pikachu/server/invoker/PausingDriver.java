package pikachu.server.invoker;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;

/**
 * The real process driver, which for tests also does what it otherwise cannot: it pauses with SIGSTOP, and it fails, is slow
 * or finds that memory ran out when it is told to.
 */
final class PausingDriver implements ContainerDriver {
    private final ContainerDriver real;
    final List<Pausable> started = new CopyOnWriteArrayList<>();
    final AtomicInteger pauses = new AtomicInteger();
    final AtomicInteger resumes = new AtomicInteger();
    volatile boolean failsToStart;
    volatile boolean failsToResume;
    volatile boolean runsOutOfMemory;
    volatile long startMs;
    private volatile boolean hadEnded;

    PausingDriver(ContainerDriver real) {
        this.real = real;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public List<String> notHeld() {
        return real.notHeld();
    }

    @Override
    public Container start(ContainerSpec spec) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(startMs));
        if (failsToStart) {
            throw new ContainerFailure("The script says no.");
        }
        var container = new Pausable(real.start(spec));
        started.add(container);
        return container;
    }

    @Override
    public List<String> sweep() {
        return real.sweep();
    }

    @Override
    public void close() {
        hadEnded = started.stream().allMatch(container -> container.exited().isDone());
        real.close();
    }

    /** Whether nothing was left for this driver to end when it was closed. */
    boolean exitedBeforeClose() {
        return hadEnded;
    }

    final class Pausable implements Container {
        private final Container container;

        Pausable(Container container) {
            this.container = container;
        }

        void signal(String name) {
            var path = control().toString();
            ProcessHandle.allProcesses()
                    .filter(process -> List.of(process.info().arguments().orElse(new String[0]))
                            .contains(path))
                    .forEach(process -> signal(name, process.pid()));
        }

        private static void signal(String name, long pid) {
            try {
                if (new ProcessBuilder("/bin/kill", "-" + name, "" + pid)
                                .start()
                                .waitFor()
                        != 0) {
                    throw new ContainerFailure("Could not signal " + pid);
                }
            } catch (IOException | InterruptedException e) {
                throw new ContainerFailure("Could not signal " + pid, e);
            }
        }

        @Override
        public ContainerSpec spec() {
            return container.spec();
        }

        @Override
        public SocketAddress control() {
            return container.control();
        }

        @Override
        public Seen seen() {
            return container.seen();
        }

        @Override
        public InputStream stdout() {
            return container.stdout();
        }

        @Override
        public InputStream stderr() {
            return container.stderr();
        }

        @Override
        public CompletableFuture<Exit> exited() {
            return container.exited();
        }

        @Override
        public boolean ranOutOfMemory() {
            return runsOutOfMemory;
        }

        @Override
        public void pause() {
            signal("STOP");
            pauses.incrementAndGet();
        }

        @Override
        public void resume() {
            if (failsToResume) {
                throw new ContainerFailure("The script says no.");
            }
            signal("CONT");
            resumes.incrementAndGet();
        }

        @Override
        public void close() {
            container.close();
        }
    }
}
