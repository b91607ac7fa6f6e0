package pikachu.core.simulation;

import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;

/** {@code ./pikachu simulate}: runs seeds, and prints for one that fails what is needed to look into it. */
public final class Simulate {
    private static final String USAGE = """
            simulate [--seed S | --seeds FROM..TO] [--seconds N] [--invokers N] [--plant BUG] [--verbose]
            simulate --scale
              --seed S         one run, the same each time
              --seeds A..B     several runs, one after another
              --seconds N      how long faults go on, in simulated seconds (default by seed, 20 to 90)
              --invokers N     how many invokers (default by seed, 1 to 300)
              --plant BUG      plants one of the known bugs, to see it caught
              --scale          measures one controller with large maps instead\
            """;

    private Simulate() {}

    /** @return the exit code: 0 when all invariants held, 1 when one was broken, 2 for wrong arguments */
    public static int run(List<String> args, PrintStream out) {
        try {
            var options = Options.parse(args);
            if (options.isScale()) {
                Scale.run(out);
                return 0;
            }
            boolean isGood = true;
            for (long seed = options.from(); seed <= options.to() && isGood; seed++) {
                isGood = run(options, seed, out);
            }
            return isGood ? 0 : 1;
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            out.println(USAGE);
            return 2;
        }
    }

    /**
     * One run with a planted bug.
     *
     * @return whether the invariants held
     */
    public static boolean run(long seed, Plant plant, PrintStream out) {
        return run(new Options(seed, seed, OptionalInt.empty(), OptionalInt.empty(), plant, false, false), seed, out);
    }

    private static boolean run(Options options, long seed, PrintStream out) {
        long faultMs = options.seconds().orElse(20 + Math.floorMod(seed * 31, 70)) * 1000L;
        var setting = new Cluster.Setting(seed, faultMs, options.invokers(), options.plant(), options.isVerbose());
        var cluster = new Cluster(setting, out);
        long beganNs = System.nanoTime();
        try {
            cluster.run();
        } catch (RuntimeException e) {
            report(options, seed, cluster, e, out);
            return false;
        }
        out.println("seed " + seed + ": good in " + (System.nanoTime() - beganNs) / 1_000_000 + " ms; " + cluster);
        return true;
    }

    private static void report(Options options, long seed, Cluster cluster, RuntimeException broken, PrintStream out) {
        out.println("The last events before the failure:");
        cluster.clock().trace().forEach(line -> out.println("  " + line));
        if (broken instanceof Broken) {
            out.println("BROKEN " + broken.getMessage());
        } else {
            out.println("FAILED " + broken);
            broken.printStackTrace(out);
        }
        out.println("seed " + seed + ": " + cluster);
        out.println("again: ./pikachu simulate --seed " + seed + options.repeated());
    }

    /** What was asked for. */
    record Options(
            long from,
            long to,
            OptionalInt seconds,
            OptionalInt invokers,
            Plant plant,
            boolean isVerbose,
            boolean isScale) {
        static Options parse(List<String> args) {
            long from = 1;
            long to = 20;
            var seconds = OptionalInt.empty();
            var invokers = OptionalInt.empty();
            var plant = Plant.NONE;
            boolean isVerbose = false;
            boolean isScale = false;
            for (var words = args.iterator(); words.hasNext(); ) {
                String word = words.next();
                switch (word) {
                    case "--verbose" -> isVerbose = true;
                    case "--scale" -> isScale = true;
                    case "--seed" -> {
                        from = Long.parseLong(value(word, words));
                        to = from;
                    }
                    case "--seeds" -> {
                        var range = value(word, words).split("\\.\\.", 2);
                        from = Long.parseLong(range[0]);
                        to = range.length == 2 ? Long.parseLong(range[1]) : from;
                    }
                    case "--seconds" -> seconds = OptionalInt.of(Integer.parseInt(value(word, words)));
                    case "--invokers" -> invokers = OptionalInt.of(Integer.parseInt(value(word, words)));
                    case "--plant" -> plant = Plant.valueOf(value(word, words));
                    default -> throw new IllegalArgumentException("Unknown word " + word + ".");
                }
            }
            return new Options(from, to, seconds, invokers, plant, isVerbose, isScale);
        }

        private static String value(String word, java.util.Iterator<String> words) {
            if (!words.hasNext()) {
                throw new IllegalArgumentException(word + " needs a value.");
            }
            return words.next();
        }

        String repeated() {
            return (seconds.isPresent() ? " --seconds " + seconds.getAsInt() : "")
                    + (invokers.isPresent() ? " --invokers " + invokers.getAsInt() : "")
                    + (plant == Plant.NONE ? "" : " --plant " + plant);
        }
    }
}
