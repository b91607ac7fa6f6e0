package pikachu.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;
import pikachu.core.simulation.Simulate;

/** Replays a whole cluster's life with faults, by seed; the arguments are those of {@link Simulate}. */
@Command(
        name = "simulate",
        description =
                "Replay a cluster with faults by its seed: --seed S, --seeds A..B, --seconds N, --invokers N, --scale.")
final class SimulateCommand implements Callable<Integer> {
    private final PrintStream out;

    // filled by picocli: whatever it does not know is for the simulation
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    SimulateCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        return Simulate.run(arguments, out);
    }
}
