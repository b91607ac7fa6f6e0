package pikachu.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int FIXED = 12;
    private static final int NEW = 3;

    private static void run(long from, long to) {
        var text = new ByteArrayOutputStream();
        int code =
                Simulate.run(List.of("--seeds", from + ".." + to), new PrintStream(text, true, StandardCharsets.UTF_8));
        assertThat(code).as(text.toString(StandardCharsets.UTF_8)).isZero();
    }

    @Test
    void allInvariantsHoldUnderFaultsOfEveryKind() {
        run(1, FIXED);
    }

    /** Seeds with which bugs were found while this was built. */
    @Test
    void allInvariantsHoldWhereTheyOnceDidNot() {
        for (long seed : new long[] {164, 387, 5047}) {
            run(seed, seed);
        }
    }

    @Test
    void allInvariantsHoldWithSeedsThatNobodyHasTried() {
        long from = System.currentTimeMillis() % 1_000_000_000 + 10_000;
        System.out.println("simulating new seeds " + from + ".." + (from + NEW - 1));
        run(from, from + NEW - 1);
    }

    @Test
    void aSeedGivesTheSameRunEachTime() {
        assertThat(verbose()).isEqualTo(verbose());
    }

    private static String verbose() {
        var text = new ByteArrayOutputStream();
        Simulate.run(
                List.of("--seed", "2", "--verbose", "--seconds", "10"),
                new PrintStream(text, true, StandardCharsets.UTF_8));
        String all = text.toString(StandardCharsets.UTF_8);
        return all.substring(0, all.lastIndexOf("seed 2")); // the last line says how long it took
    }
}
