package pikachu.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code pikachu bench}. */
@Command(name = "pikachu bench", mixinStandardHelpOptions = true, description = "Measure a platform on this machine.")
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(System.getenv(), out, args));
    }

    /** Exit code 0 when all was measured, whatever the figures; 1 when something could not be; 2 when misused. */
    static int run(Map<String, String> environment, PrintStream out, String... args) {
        return new CommandLine(new Bench())
                .addSubcommand(new InvokeCommand(environment, out, List.of(args)))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    System.err.println("error: " + e.getMessage());
                    return 1;
                })
                .execute(args);
    }
}
