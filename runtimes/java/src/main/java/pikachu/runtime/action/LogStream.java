package pikachu.runtime.action;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The function's standard output or error: UTF-8, written through at once. The function may close it without effect, so
 * that the sentinel arrives all the same and the next activation can print.
 */
final class LogStream extends PrintStream {
    private static final String SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n";
    private static final byte[] LINE = SENTINEL.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEW_LINE = ("\n" + SENTINEL).getBytes(StandardCharsets.US_ASCII);

    private final Descriptor descriptor;

    LogStream(FileDescriptor descriptor) {
        this(new Descriptor(descriptor));
    }

    private LogStream(Descriptor descriptor) {
        super(descriptor, false, StandardCharsets.UTF_8);
        this.descriptor = descriptor;
    }

    @Override
    public void close() {
        flush();
    }

    void endActivation() {
        flush();
        descriptor.endActivation();
    }

    /** Remembers whether the last line written is unfinished. */
    private static final class Descriptor extends OutputStream {
        private final FileOutputStream file;

        /** Guards isUnfinished, and keeps a line's pieces and the sentinel apart. */
        private final ReentrantLock lock = new ReentrantLock();

        private boolean isUnfinished;

        Descriptor(FileDescriptor descriptor) {
            this.file = new FileOutputStream(descriptor);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            if (count == 0) {
                return;
            }
            lock.lock();
            try {
                file.write(bytes, offset, count);
                isUnfinished = bytes[offset + count - 1] != '\n';
            } finally {
                lock.unlock();
            }
        }

        void endActivation() {
            lock.lock();
            try {
                file.write(isUnfinished ? NEW_LINE : LINE);
                isUnfinished = false;
            } catch (IOException nobodyReads) {
                // the logs' reader is gone, or the function closed the descriptor: the call is answered nevertheless
                isUnfinished = false;
            } finally {
                lock.unlock();
            }
        }
    }
}
