package pikachu.cli.commands;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Call;
import pikachu.cli.client.EntityPath;
import pikachu.cli.client.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code pikachu instance}: the directory (paper 4.3), seen from outside. */
@Command(name = "instance", description = "see running instances: who is there, where, in which state")
public final class Instances {
    private static final List<String> ORDER = List.of(
            "namespace",
            "instanceID",
            "epoch",
            "state",
            "how",
            "address",
            "port",
            "invoker",
            "activationId",
            "deadline",
            "attributes");
    /** The most that the API gives at once. */
    private static final int PAGE = 200;

    private static final List<String> COLUMNS =
            List.of("ID", "STATE", "HOW", "ADDRESS", "PORT", "INVOKER", "ACTIVATION", "DEADLINE");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private final Session session;

    public Instances(Session session) {
        this.session = session;
    }

    @Command(name = "list", description = "list instances; the gone are shown for a minute")
    int list(
            @Parameters(index = "0", arity = "0..1", paramLabel = "NAMESPACE") Optional<String> namespace,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var instances = all(path(namespace));
        if (json) {
            session.print(instances);
            return 0;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(COLUMNS);
        instances.forEach(entry -> rows.add(cells(entry)));
        Table.lines(rows).forEach(session::say);
        return 0;
    }

    /** Page by page: the directory of a large job is longer than what one answer holds. */
    private ArrayNode all(String path) {
        var api = session.api();
        var all = Json.array();
        while (true) {
            var query = "?limit=" + PAGE + "&skip=" + all.size();
            var page = api.body(Call.get(path + query, "obtain the list of instances"));
            page.forEach(all::add);
            if (page.size() < PAGE) {
                return all;
            }
        }
    }

    @Command(name = "get", description = "show one instance")
    int get(
            @Parameters(index = "0", paramLabel = "ID") String id,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var path = path(Optional.empty()) + "/" + EntityPath.segment(id);
        var entry = session.api().body(Call.get(path, "get instance '" + id + "'"));
        new Shown(session, "instance " + id, Json.ordered(entry, ORDER)).print(Optional.empty(), json);
        return 0;
    }

    @Command(name = "watch", description = "print each change of the directory, until Ctrl-C")
    int watch(
            @Parameters(index = "0", arity = "0..1", paramLabel = "NAMESPACE") Optional<String> namespace,
            @Option(names = "--json", description = "one JSON object a line") boolean json) {
        session.api().events(Call.get(path(namespace) + "?watch=true", "watch instances"), entry -> {
            if (entry.has("error")) {
                throw new IllegalStateException(entry.path("error").asString(""));
            }
            session.say(
                    json
                            ? Json.line(entry)
                            : LocalTime.now(ZoneId.systemDefault()).format(CLOCK) + "  "
                                    + String.join("  ", cells(entry)));
            return !session.out().checkError();
        });
        return 0;
    }

    private static String path(Optional<String> namespace) {
        return EntityPath.namespacePath(namespace.orElse("_")) + "/instances";
    }

    private static List<String> cells(JsonNode entry) {
        return List.of(
                cell(entry, "instanceID"),
                cell(entry, "state"),
                cell(entry, "how"),
                cell(entry, "address"),
                cell(entry, "port"),
                cell(entry, "invoker"),
                cell(entry, "activationId"),
                deadline(entry.path("deadline")));
    }

    private static String cell(JsonNode entry, String field) {
        var text = entry.path(field).asString("");
        return text.isEmpty() ? "-" : text;
    }

    private static String deadline(JsonNode deadline) {
        var ms = deadline.asLong(0);
        return ms == 0 ? "-" : Activations.Times.local(ms);
    }
}
