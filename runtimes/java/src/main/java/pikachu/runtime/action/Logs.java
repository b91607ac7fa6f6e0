package pikachu.runtime.action;

import java.io.FileDescriptor;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Both streams of the function. */
final class Logs {
    private final LogStream out = new LogStream(FileDescriptor.out);
    private final LogStream err = new LogStream(FileDescriptor.err);

    /** From now on System.out and System.err write here. */
    void install() {
        System.setOut(out);
        System.setErr(err);
    }

    /** The line that says so, on both, after all that was printed before. */
    void endActivation() {
        boolean outWorks = flushes(System.out);
        boolean errWorks = flushes(System.err);
        out.endActivation();
        err.endActivation();
        if (!outWorks) {
            System.setOut(out);
        }
        if (!errWorks) {
            System.setErr(err);
        }
    }

    /** It may be a stream of the function's own making, which stays for the next activation while it works. */
    private static boolean flushes(@Nullable PrintStream stream) {
        try {
            return stream != null && !stream.checkError();
        } catch (RuntimeException | Error broken) {
            return false;
        }
    }
}
