package pikachu.containers.process;

import java.io.InputStream;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerSpec;

/** One process group, and whatever came out of it. */
final class ProcessContainer implements Container {
    private final ContainerSpec spec;
    private final ContainerFolder folder;
    private final InputStream stdout;
    private final InputStream stderr;
    private final CompletableFuture<Exit> exited;
    private final Runnable end;

    /** Guards {@link #closed}, and lets a second closer wait for the first. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;

    /** @param end kills all of it and gives back all that the driver holds for this container */
    ProcessContainer(
            ContainerSpec spec,
            ContainerFolder folder,
            Process process,
            InputStream stdout,
            InputStream stderr,
            Runnable end) {
        this.spec = spec;
        this.folder = folder;
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

    /** Without cgroups there is no counter that would tell. */
    @Override
    public boolean ranOutOfMemory() {
        return false;
    }

    /** Nothing: a process that has left the group would run on. */
    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                end.run();
                closed = true;
            }
        } finally {
            lock.unlock();
        }
    }
}
