package pikachu.runtime.action;

import java.util.Arrays;

/** What went wrong in the function, for people. */
final class Trace {
    private static final String[] OURS = {
        "pikachu.runtime.",
        "java.lang.reflect.",
        "jdk.internal.reflect.",
        "java.lang.invoke.",
        "java.lang.Class",
        "java.lang.Thread"
    };

    private Trace() {}

    /** {@code java.lang.IllegalStateException: too few}, or the class alone when the exception fails to tell more. */
    static String describe(Throwable problem) {
        try {
            return String.valueOf(problem.toString());
        } catch (RuntimeException | Error another) {
            return problem.getClass().getName();
        }
    }

    /** The stack trace on standard error, without the proxy's own frames below the function's. */
    static void print(Throwable problem) {
        try {
            problem.setStackTrace(trimmed(problem.getStackTrace()));
            problem.printStackTrace();
        } catch (RuntimeException | Error another) {
            System.err.println("pikachu: the stack trace could not be written: "
                    + problem.getClass().getName());
        }
    }

    private static StackTraceElement[] trimmed(StackTraceElement[] frames) {
        int end = frames.length;
        while (end > 0 && isOurs(frames[end - 1].getClassName())) {
            end--;
        }
        return end == 0 ? frames : Arrays.copyOf(frames, end);
    }

    private static boolean isOurs(String className) {
        for (var prefix : OURS) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
