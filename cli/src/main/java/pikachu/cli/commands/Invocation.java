package pikachu.cli.commands;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Answer;
import pikachu.cli.client.Call;
import pikachu.cli.client.EntityPath;
import pikachu.cli.client.Json;

/** {@code pikachu action invoke}: what is sent, and the five ways to be answered. */
final class Invocation {
    /** wsk's for a blocking invocation that goes on. */
    private static final int NOT_FINISHED = 202;

    @Parameters(index = "0", paramLabel = "NAME", description = "NAME, PACKAGE/NAME or /NAMESPACE/[PACKAGE/]NAME")
    private String name = "";

    @Option(
            names = {"-p", "--param"},
            arity = "2",
            paramLabel = "KEY VALUE",
            hideParamSyntax = true,
            description = "an argument; a value that is JSON is sent as such. -p instanceID ID names the instance")
    private List<String> parameters = new ArrayList<>();

    @Option(
            names = {"-P", "--param-file"},
            paramLabel = "FILE",
            description = "arguments, a JSON object")
    private Optional<Path> parameterFile = Optional.empty();

    @Option(
            names = {"-b", "--blocking"},
            description = "wait for the end, print the activation's record")
    private boolean blocking;

    @Option(
            names = {"-r", "--result"},
            description = "wait for the end, print the result only")
    private boolean result;

    int run(Session session) {
        var waits = blocking || result;
        var entity = EntityPath.of(name);
        var path = entity.path("actions") + "?blocking=" + waits + "&result=" + result;
        var call = Call.post(path, KeyValues.object(parameterFile, parameters), "invoke action '" + name + "'");
        var api = session.api();
        var answer = api.exchange(call);
        if (answer.isActionsFailure()) {
            return failed(session, entity, answer);
        }
        if (!answer.isSuccess()) {
            throw answer.failure(call);
        }
        if (answer.status() == 202) {
            return accepted(session, entity, answer, waits);
        }
        if (!result) {
            session.say(invoked(entity) + " with id " + id(answer));
        }
        session.print(Json.sorted(answer.body()));
        return 0;
    }

    private int failed(Session session, EntityPath entity, Answer answer) {
        if (!result) {
            session.err().println(invoked(entity) + " with id " + id(answer));
        }
        session.err().println(Json.pretty(Json.sorted(answer.body())));
        return (answer.status() - 256) & 0xff;
    }

    private static int accepted(Session session, EntityPath entity, Answer answer, boolean waits) {
        if (waits) {
            session.err().println(invoked(entity) + ", but the request has not yet finished, with id " + id(answer));
            return NOT_FINISHED;
        }
        session.say(invoked(entity) + " with id " + id(answer));
        return 0;
    }

    private static String invoked(EntityPath entity) {
        return "ok: invoked " + entity.qualified();
    }

    private static String id(Answer answer) {
        return answer.body().path("activationId").asString(answer.activation().orElse(""));
    }
}
