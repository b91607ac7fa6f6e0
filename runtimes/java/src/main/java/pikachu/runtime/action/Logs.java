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
        flush(System.out);
        flush(System.err);
        out.endActivation();
        err.endActivation();
        if (System.out == null || System.out.checkError()) {
            System.setOut(out);
        }
        if (System.err == null || System.err.checkError()) {
            System.setErr(err);
        }
    }

    /** It may be a stream of the function's own making. */
    private static void flush(@Nullable PrintStream stream) {
        try {
            if (stream != null) {
                stream.flush();
            }
        } catch (RuntimeException | Error problem) {
            Trace.print(problem);
        }
    }
}
