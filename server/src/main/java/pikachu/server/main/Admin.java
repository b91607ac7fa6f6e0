package pikachu.server.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.backends.sqlite.SqliteStore;
import pikachu.containers.host.RunFolder;
import pikachu.core.store.StoreUnavailable;
import pikachu.server.controller.Users;
import pikachu.server.entities.JsonObject;

/** {@code pikachu admin}: users of a platform on this machine, whether it runs or not. wskadmin's words. */
@Command(
        name = "pikachu admin",
        description = "Administers a platform on this machine.",
        subcommands = CommandLine.HelpCommand.class)
public final class Admin {
    private static final int MISUSED = 2;
    private static final int PORT = 3233;

    private Admin() {}

    public static void main(String[] arguments) {
        var line = new CommandLine(new Admin()).addSubcommand(new UserCommands());
        line.setExecutionExceptionHandler((failure, command, _) -> {
            command.getErr().println("error: " + failure.getMessage());
            if (failure instanceof IllegalArgumentException) {
                return MISUSED;
            }
            if (!(failure instanceof StoreUnavailable || failure instanceof StartFailure)) {
                failure.printStackTrace(command.getErr());
            }
            return 1;
        });
        System.exit(line.execute(arguments));
    }

    /** Which platform is meant. */
    static final class Target {
        @Option(names = "--port", defaultValue = "" + PORT, description = "the platform's port (default: " + PORT + ")")
        private int port;

        @Option(names = "--data", description = "the platform's data folder (default: ~/.pikachu/PORT)")
        private Optional<Path> data = Optional.empty();

        private Path folder() {
            return data.orElseGet(() -> Path.of(System.getProperty("user.home"), ".pikachu", "" + port))
                    .toAbsolutePath();
        }

        /** Through the running platform if there is one; else in its data folder. */
        List<JsonObject> ask(AdminRequest request) throws IOException {
            if (!Files.isDirectory(folder())) {
                throw new StartFailure("There is no platform's data at " + folder()
                        + ". Say which platform by --port or --data; pikachu up makes the folder at its first start.");
            }
            for (var slice : new Slices(folder()).numbers()) {
                var answer = AdminSocket.ask(RunFolder.usualPath(slice), request);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
            try (var store = SqliteStore.open(folder())) {
                var users = request.carryOut(new Users(store), System.currentTimeMillis());
                return AdminSocket.users(AdminRequest.answer(users));
            }
        }
    }

    /** {@code pikachu admin user}. */
    @Command(name = "user", description = "users, each with a key for one namespace")
    static final class UserCommands {
        @Command(name = "create", description = "make a user, and print the key")
        int create(
                @CommandLine.Mixin Target target,
                @Parameters(paramLabel = "SUBJECT", description = "the user's name") String subject,
                @Option(
                                names = {"-ns", "--namespace"},
                                description = "the namespace (default: named as the user)")
                        Optional<String> namespace,
                @Option(
                                names = {"-u", "--auth"},
                                paramLabel = "UUID:KEY",
                                description = "the key (default: a new one)")
                        Optional<String> key)
                throws IOException {
            var request = new AdminRequest(AdminRequest.Task.CREATE, Optional.of(subject), namespace, key);
            target.ask(request).forEach(user -> System.out.println(text(user, "key")));
            return 0;
        }

        @Command(name = "get", description = "print a user's key, or keys with their namespaces if it has several")
        int get(
                @CommandLine.Mixin Target target,
                @Parameters(paramLabel = "SUBJECT") String subject,
                @Option(names = {"-ns", "--namespace"}) Optional<String> namespace,
                @Option(names = "--json") boolean json)
                throws IOException {
            var request = new AdminRequest(AdminRequest.Task.GET, Optional.of(subject), namespace, Optional.empty());
            var users = target.ask(request);
            if (json) {
                printJson(users);
            } else if (users.size() == 1) {
                System.out.println(text(users.getFirst(), "key"));
            } else {
                users.forEach(user -> System.out.println(text(user, "namespace") + "\t" + text(user, "key")));
            }
            return 0;
        }

        @Command(name = "delete", description = "take a user's keys away; what is in its namespace stays")
        int delete(
                @CommandLine.Mixin Target target,
                @Parameters(paramLabel = "SUBJECT") String subject,
                @Option(names = {"-ns", "--namespace"}) Optional<String> namespace)
                throws IOException {
            var request = new AdminRequest(AdminRequest.Task.DELETE, Optional.of(subject), namespace, Optional.empty());
            target.ask(request);
            System.out.println("ok: deleted user " + subject);
            return 0;
        }

        @Command(name = "list", description = "all users, or those of a namespace")
        int list(
                @CommandLine.Mixin Target target,
                @Option(names = {"-ns", "--namespace"}) Optional<String> namespace,
                @Option(names = "--json") boolean json)
                throws IOException {
            var request = new AdminRequest(AdminRequest.Task.LIST, Optional.empty(), namespace, Optional.empty());
            var users = target.ask(request);
            if (json) {
                printJson(users);
                return 0;
            }
            System.out.printf("%-24s %-24s %s%n", "user", "namespace", "state");
            for (var user : users) {
                System.out.printf(
                        "%-24s %-24s %s%n",
                        text(user, "subject"),
                        text(user, "namespace"),
                        user.bool("blocked").orElse(false) ? "blocked" : "active");
            }
            return 0;
        }

        @Command(name = "block", description = "let a user's keys open nothing for now")
        int block(@CommandLine.Mixin Target target, @Parameters(paramLabel = "SUBJECT") String subject)
                throws IOException {
            target.ask(new AdminRequest(
                    AdminRequest.Task.BLOCK, Optional.of(subject), Optional.empty(), Optional.empty()));
            System.out.println("ok: blocked user " + subject);
            return 0;
        }

        @Command(name = "unblock", description = "let a blocked user in again")
        int unblock(@CommandLine.Mixin Target target, @Parameters(paramLabel = "SUBJECT") String subject)
                throws IOException {
            target.ask(new AdminRequest(
                    AdminRequest.Task.UNBLOCK, Optional.of(subject), Optional.empty(), Optional.empty()));
            System.out.println("ok: unblocked user " + subject);
            return 0;
        }

        private static String text(JsonObject user, String member) {
            return user.string(member).orElse("");
        }

        private static void printJson(List<JsonObject> users) {
            System.out.println("["
                    + String.join(",", users.stream().map(UserCommands::json).toList()) + "]");
        }

        private static String json(JsonObject user) {
            var members = user.names().stream()
                    .map(name -> pikachu.server.entities.Json.quoted(name) + ":"
                            + user.text(name).orElseThrow())
                    .toList();
            return "{" + String.join(",", members) + "}";
        }
    }
}
