package pikachu.cli.commands;

import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import pikachu.cli.client.ApiClient;
import pikachu.cli.client.Connection;
import pikachu.cli.client.Json;
import pikachu.cli.settings.WskProps;
import tools.jackson.databind.JsonNode;

/** What every command has to work with: the flags before and after its name, the environment, and where to print. */
public final class Session {
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    @Option(
            names = "--apihost",
            paramLabel = "HOST",
            scope = ScopeType.INHERIT,
            description = "where the platform answers (default: " + Connection.DEFAULT_HOST + ")")
    private Optional<String> apihost = Optional.empty();

    @Option(
            names = {"-u", "--auth"},
            paramLabel = "KEY",
            scope = ScopeType.INHERIT,
            description = "the key, UUID:KEY (default: the guest's)")
    private Optional<String> auth = Optional.empty();

    @Option(
            names = "--apiversion",
            paramLabel = "VERSION",
            scope = ScopeType.INHERIT,
            description = "version of the API (default: v1)")
    private Optional<String> version = Optional.empty();

    @Option(
            names = {"-i", "--insecure"},
            scope = ScopeType.INHERIT,
            description = "do not check the certificate of an https address")
    private boolean insecure;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "show settings, requests and answers (on stderr)")
    private boolean verbose;

    // picocli acts on it
    @SuppressWarnings("unused")
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this help")
    private boolean help;

    public Session(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = Map.copyOf(environment);
        this.out = out;
        this.err = err;
    }

    /** A flag comes before the environment, that before the file, and that before what suits {@code pikachu up}. */
    ApiClient api() {
        var host = setting(apihost, "APIHOST", Connection.DEFAULT_HOST);
        var key = setting(auth, "AUTH", Connection.GUEST);
        var connection = new Connection(Connection.base(host), key, setting(version, "APIVERSION", "v1"), insecure);
        return new ApiClient(connection, this::trace);
    }

    String setting(Optional<String> flag, String key, String otherwise) {
        return configured(flag, key).orElseGet(() -> {
            trace("no " + key + " configured, using "
                    + (key.equals("AUTH") ? "the guest's well-known key" : otherwise));
            return otherwise;
        });
    }

    private Optional<String> configured(Optional<String> flag, String key) {
        return Stream.of(flag, inEnvironment("WHISK_" + key), properties().value(key))
                .flatMap(Optional::stream)
                .findFirst();
    }

    String shown(String key) {
        return configured(Optional.empty(), key).orElse("");
    }

    private Optional<String> inEnvironment(String key) {
        return Optional.ofNullable(environment.get(key)).filter(value -> !value.isEmpty());
    }

    WskProps properties() {
        return WskProps.of(environment);
    }

    Optional<String> apihost() {
        return apihost;
    }

    Optional<String> auth() {
        return auth;
    }

    Optional<String> version() {
        return version;
    }

    private void trace(String line) {
        if (verbose) {
            err.println(line);
        }
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    void print(JsonNode node) {
        say(Json.pretty(node));
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }
}
