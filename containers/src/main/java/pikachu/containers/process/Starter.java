package pikachu.containers.process;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import pikachu.core.containers.ContainerFailure;

/**
 * Starts processes from one platform thread that lives as long as the driver: the parent-death signal, which takes the
 * containers along when the platform is killed, comes when the <em>thread</em> that forked ends.
 */
final class Starter implements AutoCloseable {
    private static final int WAITING = 1024;
    private static final int SECONDS = 30;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("container-starter").factory());

    Process start(ProcessBuilder builder) {
        var promise = new CompletableFuture<Process>();
        try {
            thread.execute(() -> start(builder, promise));
            return promise.get(SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException full) {
            throw new ContainerFailure("No container is started: the driver is closed or " + WAITING + " wait", full);
        } catch (ExecutionException failure) {
            throw new ContainerFailure("Could not start " + builder.command(), failure);
        } catch (TimeoutException late) {
            throw abandoned(promise, new ContainerFailure("No process was started within " + SECONDS + " s", late));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw abandoned(promise, new ContainerFailure("Interrupted while starting a process", interrupted));
        }
    }

    private static void start(ProcessBuilder builder, CompletableFuture<Process> promise) {
        if (promise.isDone()) {
            return;
        }
        try {
            var process = builder.start();
            if (!promise.complete(process)) {
                process.destroyForcibly();
            }
        } catch (Exception failure) {
            promise.completeExceptionally(failure);
        }
    }

    private static ContainerFailure abandoned(CompletableFuture<Process> promise, ContainerFailure failure) {
        if (!promise.completeExceptionally(failure) && !promise.isCompletedExceptionally()) {
            promise.join().destroyForcibly();
        }
        return failure;
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
