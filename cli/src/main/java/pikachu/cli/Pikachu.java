package pikachu.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import pikachu.cli.client.ApiFailure;
import pikachu.cli.client.Unreachable;
import pikachu.cli.commands.Actions;
import pikachu.cli.commands.Activations;
import pikachu.cli.commands.Instances;
import pikachu.cli.commands.Namespaces;
import pikachu.cli.commands.Properties;
import pikachu.cli.commands.Session;
import pikachu.cli.demo.DemoCommand;

/** The command line: wsk's words, flags, texts and exit codes, and Pikachu's own. */
@Command(
        name = "pikachu",
        description = "Serverless functions that find and message one another.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "And, started by the launcher:",
            "  up          run a platform on this machine",
            "  admin       make and delete users of a platform on this machine",
            "  bench       measure a platform on this machine",
            "Each says more with --help."
        })
public final class Pikachu {
    private static final int GENERAL = 1;
    private static final int USAGE = 2;
    private static final int NETWORK = 3;

    // read by picocli
    @SuppressWarnings("unused")
    @Mixin
    private final Session session;

    private Pikachu(Session session) {
        this.session = session;
    }

    public static void main(String[] args) {
        // UTF-8 whatever the locale: an answer of the platform must survive a pipe
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(System.getenv(), out, err, args));
    }

    /** Runs one command and returns its exit code. */
    public static int run(Map<String, String> environment, PrintStream out, PrintStream err, String... args) {
        var session = new Session(environment, out, err);
        var line = new CommandLine(new Pikachu(session))
                .addSubcommand(new Actions(session))
                .addSubcommand(new Activations(session))
                .addSubcommand(new Instances(session))
                .addSubcommand(new Namespaces(session))
                .addSubcommand(new Properties(session))
                .addSubcommand(new DemoCommand(environment, out))
                .addSubcommand(new SimulateCommand(out))
                .addSubcommand(new Training())
                // -p key @file and -p key -1 are values like any other
                .setExpandAtFiles(false)
                .setAllowOptionsAsOptionParameters(true)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, arguments) -> misused(err, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(err, e));
        var code = line.execute(args);
        out.flush();
        return code;
    }

    private static int misused(PrintStream err, ParameterException e) {
        err.println("error: " + e.getMessage());
        err.println("Run '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help' for usage.");
        return USAGE;
    }

    private static int failed(PrintStream err, Exception e) {
        err.println("error: " + e.getMessage());
        return switch (e) {
            case ApiFailure refused -> {
                err.println("Run 'pikachu --help' for usage.");
                yield refused.exitCode();
            }
            case Unreachable unreachable -> NETWORK;
            case IllegalArgumentException wrong -> USAGE;
            default -> GENERAL;
        };
    }
}
