package pikachu.containers.process;

import java.io.InputStream;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import pikachu.containers.host.Libc;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerSpec;

/** One process group, and whatever came out of it. */
final class ProcessContainer implements Container {
    private final ContainerSpec spec;
    private final ContainerFolder folder;
    private final Process process;
    private final InputStream stdout;
    private final InputStream stderr;
    private final CompletableFuture<Exit> exited;
    private final Runnable end;

    /** Guards {@link #closed}, and lets a second closer wait for the first. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;

    /** @param end kills what is left and gives back all that the driver holds for this container */
    ProcessContainer(
            ContainerSpec spec,
            ContainerFolder folder,
            Process process,
            InputStream stdout,
            InputStream stderr,
            Runnable end) {
        this.spec = spec;
        this.folder = folder;
        this.process = process;
        this.stdout = stdout;
        this.stderr = stderr;
        this.end = end;
        // without cgroups there is no counter that tells a kill by the kernel from any other
        this.exited = process.onExit().thenApply(ended -> new Exit(ended.exitValue(), false));
    }

    @Override
    public ContainerSpec spec() {
        return spec;
    }

    @Override
    public SocketAddress control() {
        return UnixDomainSocketAddress.of(folder.control());
    }

    @Override
    public Seen seen() {
        return new Seen(
                spec.folders().directory().toString(),
                spec.folders().channel().toString(),
                folder.volumes().toString());
    }

    @Override
    public InputStream stdout() {
        return stdout;
    }

    @Override
    public InputStream stderr() {
        return stderr;
    }

    @Override
    public CompletableFuture<Exit> exited() {
        return exited.copy();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                killGroup();
                end.run();
                closed = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** At one stroke, so that the group cannot outrun us; while our process lives its number is no other group's. */
    private void killGroup() {
        if (process.isAlive()) {
            Libc.killGroup(process.pid());
            process.destroyForcibly();
        }
    }
}
