package pikachu.cli.commands;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import pikachu.cli.client.Call;

/** {@code pikachu namespace}. */
@Command(name = "namespace", description = "work with namespaces")
public final class Namespaces {
    private final Session session;

    public Namespaces(Session session) {
        this.session = session;
    }

    @Command(name = "list", description = "list the namespaces that the key opens")
    int list(@Option(names = "--json", description = "JSON and nothing else") boolean json) {
        var names = session.api().body(Call.get("/namespaces", "obtain the list of available namespaces"));
        if (json) {
            session.print(names);
            return 0;
        }
        session.say("namespaces");
        names.forEach(name -> session.say(name.asString("")));
        return 0;
    }
}
