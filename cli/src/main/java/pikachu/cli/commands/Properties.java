package pikachu.cli.commands;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Call;
import pikachu.cli.client.Connection;
import pikachu.cli.client.Unreachable;

/**
 * {@code pikachu property}. In get and unset, {@code --auth} and its like are switches; in set they are the ordinary
 * flags with a value.
 */
@Command(name = "property", description = "work with settings (~/.wskprops or $WSK_CONFIG_FILE)")
public final class Properties {
    private final Session session;

    public Properties(Session session) {
        this.session = session;
    }

    @Command(name = "set", description = "set --apihost HOST, --auth KEY or --apiversion VERSION")
    int set() {
        var properties = session.properties();
        var said = new LinkedHashMap<String, String>();
        if (session.auth().isPresent()) {
            var key = new Connection(
                            Connection.base(Connection.DEFAULT_HOST),
                            session.auth().get(),
                            "v1",
                            false)
                    .auth();
            properties = properties.with("AUTH", key);
            said.put("AUTH", "ok: whisk auth set. Run 'pikachu property get' to see the new value.");
        }
        if (session.apihost().isPresent()) {
            var host = session.apihost().get();
            Connection.base(host);
            properties = properties.with("APIHOST", host);
            said.put("APIHOST", "ok: whisk API host set to " + host);
        }
        if (session.version().isPresent()) {
            properties = properties.with("APIVERSION", session.version().get());
            said.put(
                    "APIVERSION",
                    "ok: whisk API version set to " + session.version().get());
        }
        if (said.isEmpty()) {
            throw new IllegalArgumentException("Say what to set: --apihost HOST, --auth KEY or --apiversion VERSION.");
        }
        properties.save();
        said.values().forEach(session::say);
        return 0;
    }

    @Command(name = "unset", description = "forget --apihost, --auth or --apiversion", preprocessor = Switches.class)
    int unset(
            @Parameters(arity = "1..*", paramLabel = "SETTING", description = "--apihost, --auth, --apiversion")
                    List<String> names) {
        var properties = session.properties();
        for (var name : names) {
            properties = properties.without(key(name));
        }
        properties.save();
        names.forEach(name -> session.say("ok: " + title(name) + " unset."));
        return 0;
    }

    @Command(
            name = "get",
            description = "show settings; all of them unless some are named",
            preprocessor = Switches.class)
    int get(
            @Parameters(arity = "0..*", paramLabel = "SETTING", description = "--apihost, --auth, --apiversion")
                    @Nullable
                    List<String> names,
            @Option(names = "--apibuild", description = "what the platform says of itself") boolean build,
            @Option(names = "--all", description = "all") boolean all) {
        var chosen = names == null ? List.<String>of() : names;
        var everything = all || (chosen.isEmpty() && !build);
        for (var name : everything ? Switches.NAMES : chosen) {
            session.say(title(name) + "\t\t" + session.shown(key(name)));
        }
        if (everything || build) {
            builds().forEach((name, value) -> session.say(name + "\t\t" + value));
        }
        return 0;
    }

    private static String key(String name) {
        if (!Switches.NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "There is no setting '" + name + "': there are --apihost, --auth and --apiversion.");
        }
        return name.toUpperCase(Locale.ROOT);
    }

    private static String title(String name) {
        return switch (name) {
            case "auth" -> "whisk auth";
            case "apihost" -> "whisk API host";
            default -> "whisk API version";
        };
    }

    /** Settings are of use while no platform runs, so its absence is shown and is no failure. */
    private Map<String, String> builds() {
        try {
            var info = session.api().body(Call.get("", "obtain API build information"));
            var builds = new LinkedHashMap<String, String>();
            builds.put("whisk API build", info.path("build").asString(""));
            builds.put("whisk API build number", info.path("buildno").asString(""));
            return builds;
        } catch (Unreachable e) {
            return Map.of("whisk API build", "unknown (" + e.getMessage() + ")");
        }
    }

    /** Turns {@code --auth} into the word {@code auth} where it takes no value, so that it is not the global flag. */
    static final class Switches implements IParameterPreprocessor {
        static final List<String> NAMES = List.of("apihost", "auth", "apiversion");

        @Override
        @SuppressWarnings("JdkObsolete") // the interface is picocli's
        public boolean preprocess(
                Stack<String> words, CommandSpec command, @Nullable ArgSpec argument, Map<String, Object> info) {
            words.replaceAll(word -> switch (word) {
                case "--apihost" -> "apihost";
                case "-u", "--auth" -> "auth";
                case "--apiversion" -> "apiversion";
                default -> word;
            });
            return false;
        }
    }
}
