package pikachu.backends.sqlite;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.StoreUnavailable;

/** Something to be written, for which a thread waits. Its answer counts only once the transaction is on disk. */
final class Request<T extends @Nullable Object> {
    interface Work<T extends @Nullable Object> {
        T apply(Writes writes) throws SQLException;
    }

    private static final long ROW_BYTES = 256L;

    private final long bytes;
    private final Work<T> work;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    // of the last attempt; the writer's thread only
    private @Nullable Runnable outcome;

    Request(long bytes, Work<T> work) {
        this.bytes = ROW_BYTES + bytes;
        this.work = work;
    }

    long bytes() {
        return bytes;
    }

    /** Whether this caller got it: the writer in order to write it, or the waiting thread in order to give up. */
    boolean take() {
        return isTaken.compareAndSet(false, true);
    }

    void apply(Writes writes) throws SQLException {
        try {
            var value = work.apply(writes);
            outcome = () -> answer.complete(value);
        } catch (RevisionConflict e) {
            outcome = () -> answer.completeExceptionally(e);
        }
    }

    void committed() {
        if (outcome != null) {
            outcome.run();
        }
    }

    void failed(StoreUnavailable why) {
        answer.completeExceptionally(why);
    }

    T await(Duration deadline) {
        try {
            return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var what = take() ? "It was not written." : "Whether it was written is not known.";
            throw new StoreUnavailable("The disk took longer than " + deadline + " for a write. " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var what = take() ? "It was not written." : "Whether it was written is not known.";
            throw new StoreUnavailable("Interrupted while waiting for a write. " + what, e);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    /** A new exception, so that its stack trace is the caller's. */
    private static RuntimeException unwrapped(ExecutionException e) {
        var cause = e.getCause();
        if (cause instanceof RevisionConflict conflict) {
            return conflict;
        }
        return new StoreUnavailable(String.valueOf(cause == null ? e.getMessage() : cause.getMessage()), e);
    }
}
