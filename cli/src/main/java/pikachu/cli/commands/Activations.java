package pikachu.cli.commands;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Call;
import pikachu.cli.client.EntityPath;
import pikachu.cli.client.Json;
import tools.jackson.databind.JsonNode;

/** {@code pikachu activation}. */
@Command(name = "activation", description = "work with activations, the runs of actions")
public final class Activations {
    private static final List<String> ORDER = List.of(
            "namespace",
            "name",
            "version",
            "subject",
            "activationId",
            "cause",
            "start",
            "end",
            "duration",
            "statusCode",
            "response",
            "logs",
            "annotations",
            "publish");
    private static final List<String> STATUS =
            List.of("success", "application error", "developer error", "internal error");
    private static final String ROW = "%-19s %-32s %-9s %-5s %-10s %-7s %s";

    private final Session session;

    public Activations(Session session) {
        this.session = session;
    }

    @Command(name = "list", description = "list activations, the latest first")
    int list(
            @Parameters(index = "0", arity = "0..1", paramLabel = "NAMESPACE|ACTION") Optional<String> place,
            @Mixin Page page,
            @Mixin Span span,
            @Option(
                            names = {"-f", "--full"},
                            description = "whole records")
                    boolean full,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var where = Place.of(place);
        var path = EntityPath.namespacePath(where.namespace()) + "/activations" + page.query() + span.query()
                + "&docs=" + full
                + where.member()
                        .map(name -> "&name=" + EntityPath.segment(name))
                        .orElse("");
        var purpose = "obtain the list of activations for namespace '" + where.namespace() + "'";
        var activations = session.api().body(Call.get(path, purpose));
        if (json) {
            session.print(activations);
        } else if (full) {
            session.say("activations");
            activations.forEach(each -> session.print(Json.ordered(each, ORDER)));
        } else {
            session.say(String.format(
                    Locale.ROOT, ROW, "Datetime", "Activation ID", "Kind", "Start", "Duration", "Status", "Entity"));
            activations.forEach(each -> session.say(row(each)));
        }
        return 0;
    }

    private static String row(JsonNode activation) {
        var code = activation.path("statusCode").asInt(0);
        var entity = activation.path("namespace").asString("") + "/"
                + activation.path("name").asString("") + ":"
                + activation.path("version").asString("");
        return String.format(
                Locale.ROOT,
                ROW,
                Times.local(activation.path("start").asLong(0)),
                activation.path("activationId").asString(""),
                Annotations.value(activation, "kind").asString("unknown"),
                Annotations.value(activation, "initTime").isMissingNode() ? "warm" : "cold",
                activation.path("duration").asLong(0) + "ms",
                code >= 0 && code < STATUS.size() ? STATUS.get(code) : "status " + code,
                entity);
    }

    @Command(name = "get", description = "show the record of an activation")
    int get(@Mixin Which which, @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var id = which.id(session);
        var record = session.api().body(Call.get(path(id, ""), "get activation '" + id + "'"));
        new Shown(session, "activation " + id, Json.ordered(record, ORDER)).print(which.field(), json);
        return 0;
    }

    @Command(name = "logs", description = "print what an activation wrote")
    int logs(
            @Mixin Which which,
            @Option(
                            names = {"-r", "--strip"},
                            description = "without time and stream")
                    boolean strip,
            @Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var id = which.id(session);
        var logs = session.api().body(Call.get(path(id, "/logs"), "get logs for activation '" + id + "'"));
        if (json) {
            session.print(logs);
            return 0;
        }
        for (var line : logs.path("logs")) {
            var text = line.asString("");
            session.say(strip ? text.replaceFirst("^\\S+\\s+(stdout|stderr): ?", "") : text);
        }
        return 0;
    }

    @Command(name = "result", description = "print what an activation returned")
    int result(@Mixin Which which) {
        var id = which.id(session);
        var purpose = "get result for activation '" + id + "'";
        session.print(Json.sorted(
                session.api().body(Call.get(path(id, "/result"), purpose)).path("result")));
        return 0;
    }

    private static String path(String id, String part) {
        return "/namespaces/_/activations/" + EntityPath.segment(id) + part;
    }

    /** The time span of a list. */
    static final class Span {
        @Option(names = "--since", paramLabel = "MS", description = "started then or later, ms since 1970")
        Optional<Long> since = Optional.empty();

        @Option(names = "--upto", paramLabel = "MS", description = "started then or earlier, ms since 1970")
        Optional<Long> upto = Optional.empty();

        String query() {
            return since.map(ms -> "&since=" + ms).orElse("")
                    + upto.map(ms -> "&upto=" + ms).orElse("");
        }
    }

    /** How instants are shown to people: local, to the second, as wsk does. */
    static final class Times {
        private static final DateTimeFormatter FORM =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

        private Times() {}

        static String local(long ms) {
            return FORM.format(Instant.ofEpochMilli(ms));
        }
    }
}
