package pikachu.server.api;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import pikachu.server.controller.Refused;

/** Reads requests' bodies. Large ones share a budget of memory: who finds it spent for five seconds is told so. */
final class Bodies {
    private static final int FREE_BYTES = 64 * 1024;
    private static final int PERMIT_BYTES = 64 * 1024;
    private static final int PATIENCE_SECONDS = 5;

    /** In units of PERMIT_BYTES; guards the heap, of which it gives out half. */
    private final int all =
            (int) Math.min(Integer.MAX_VALUE, Math.max(1, Runtime.getRuntime().maxMemory() / 2 / PERMIT_BYTES));

    private final Semaphore budget = new Semaphore(all, true);

    /** Holds a body's share of the budget until the request has been dealt with. */
    record Held(byte[] bytes, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    Held read(ServerRequest request, long allowed) {
        if (!request.content().hasEntity()) {
            return new Held(new byte[0], () -> {});
        }
        long length = request.headers().contentLength().orElse(-1);
        if (length > allowed) {
            throw Refused.tooLarge("Request", length, allowed);
        }
        requireJson(request, length);
        if (length >= 0 && length <= FREE_BYTES) {
            return new Held(exactly(request, (int) length), () -> {});
        }
        // a body is held about twice while it is taken apart
        var share = reserve((length < 0 ? allowed : length) * 2);
        try {
            var bytes = length >= 0 ? exactly(request, (int) length) : upTo(request, allowed);
            return new Held(bytes, share);
        } catch (RuntimeException e) {
            share.run();
            throw e;
        }
    }

    /**
     * Takes a share of the budget, all of it if more is asked for.
     *
     * @return gives it back
     * @throws Refused with 503 when others hold too much for too long
     */
    Runnable reserve(long bytes) {
        if (bytes <= FREE_BYTES) {
            return () -> {};
        }
        int permits = (int) Math.min(bytes / PERMIT_BYTES + 1, all);
        acquire(permits);
        return () -> budget.release(permits);
    }

    private static void requireJson(ServerRequest request, long length) {
        if (length == 0 || !request.headers().contains(HeaderNames.CONTENT_TYPE)) {
            return;
        }
        var type = request.headers().get(HeaderNames.CONTENT_TYPE).get();
        int semicolon = type.indexOf(';');
        var media =
                (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json")) {
            throw Refused.rejected(
                    415, "The request's Content-Type [" + type + "] is not supported. Expected:\napplication/json");
        }
    }

    private void acquire(int permits) {
        try {
            if (!budget.tryAcquire(permits, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw Refused.because(
                        503, "The server is busy with other large requests. Try again, or give it more memory (-Xmx).");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refused.because(503, "The server is closing.");
        }
    }

    private static byte[] exactly(ServerRequest request, int length) {
        try (InputStream in = request.content().inputStream()) {
            var bytes = in.readNBytes(length);
            if (bytes.length < length || in.read() >= 0) {
                throw Refused.malformed("The body has not the length that was announced.");
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] upTo(ServerRequest request, long allowed) {
        var all = new ByteArrayOutputStream();
        var buffer = new byte[16 * 1024];
        try (InputStream in = request.content().inputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                all.write(buffer, 0, read);
                if (all.size() > allowed) {
                    throw Refused.tooLarge("Request", all.size(), allowed);
                }
            }
            return all.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
