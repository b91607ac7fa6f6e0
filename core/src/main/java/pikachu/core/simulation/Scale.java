package pikachu.core.simulation;

import java.io.PrintStream;

/** Measures one controller with maps of many sizes. */
final class Scale {
    private Scale() {}

    static void run(PrintStream out) {
        out.println("not yet");
    }
}
