package pikachu.cli.commands;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Call;
import pikachu.cli.client.EntityPath;
import pikachu.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** {@code pikachu action}. */
@Command(name = "action", description = "work with actions")
public final class Actions {
    private static final List<String> ORDER = List.of(
            "namespace", "name", "version", "exec", "annotations", "parameters", "limits", "publish", "updated");

    private final Session session;

    public Actions(Session session) {
        this.session = session;
    }

    @Command(name = "create", description = "create an action from a file")
    int create(
            @Mixin ActionFields fields,
            @Parameters(index = "1", paramLabel = "FILE", description = "its code") Path file) {
        var path = EntityPath.of(fields.name).path("actions");
        session.api().body(Call.put(path, fields.body(Optional.of(file)), "create action '" + fields.name + "'"));
        session.say("ok: created action " + fields.name);
        return 0;
    }

    @Command(name = "update", description = "change an action, or create it")
    int update(
            @Mixin ActionFields fields,
            @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "its new code")
                    Optional<Path> file) {
        var path = EntityPath.of(fields.name).path("actions") + "?overwrite=true";
        session.api().body(Call.put(path, fields.body(file), "update action '" + fields.name + "'"));
        session.say("ok: updated action " + fields.name);
        return 0;
    }

    @Command(name = "get", description = "show an action")
    int get(
            @Parameters(index = "0", paramLabel = "NAME") String name,
            @Parameters(index = "1", arity = "0..1", paramLabel = "FIELD") Optional<String> field,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var path = EntityPath.of(name).path("actions") + "?code=false";
        var action = session.api().body(Call.get(path, "get action '" + name + "'"));
        new Shown(session, "action " + name, Json.ordered(action, ORDER)).print(field, json);
        return 0;
    }

    @Command(name = "delete", description = "delete an action")
    int delete(@Parameters(index = "0", paramLabel = "NAME") String name) {
        session.api().body(Call.delete(EntityPath.of(name).path("actions"), "delete action '" + name + "'"));
        session.say("ok: deleted action " + name);
        return 0;
    }

    @Command(name = "list", description = "list actions, the latest first")
    int list(
            @Parameters(index = "0", arity = "0..1", paramLabel = "NAMESPACE|PACKAGE") Optional<String> place,
            @Mixin Page page,
            @Option(
                            names = {"-n", "--name-sort"},
                            description = "by name")
                    boolean byName,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var where = Place.of(place);
        var path = where.path("actions") + page.query();
        var purpose = "obtain the list of actions for namespace '" + where.namespace() + "'";
        var actions = session.api().body(Call.get(path, purpose));
        if (json) {
            session.print(actions);
            return 0;
        }
        session.say("actions");
        var rows = StreamSupport.stream(actions.spliterator(), false).map(Actions::row);
        (byName ? rows.sorted(Comparator.naturalOrder()) : rows).forEach(session::say);
        return 0;
    }

    private static String row(JsonNode action) {
        var name = "/" + action.path("namespace").asString("") + "/"
                + action.path("name").asString("");
        var shared = action.path("publish").asBoolean(false) ? "shared" : "private";
        return String.format(Locale.ROOT, "%-70s %s %s", name, shared, Annotations.text(action, "exec"))
                .stripTrailing();
    }

    @Command(name = "invoke", description = "run an action")
    int invoke(@Mixin Invocation invocation) {
        return invocation.run(session);
    }
}
