package pikachu.cli.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import pikachu.cli.client.Call;

/** Which activation is meant, and which field of it: {@code ID [FIELD]} or {@code --last [FIELD]}. */
final class Which {
    @Parameters(arity = "0..2", paramLabel = "ID|FIELD", description = "the activation's ID; with get, a field of it")
    private List<String> typed = new ArrayList<>();

    @Option(
            names = {"-l", "--last"},
            description = "the latest activation")
    private boolean last;

    String id(Session session) {
        if (!last) {
            return typed.stream()
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "Say which activation: give its ID, or --last for the latest."));
        }
        var latest = session.api()
                .body(Call.get("/namespaces/_/activations?limit=1&skip=0", "obtain the latest activation"));
        var id = latest.path(0).path("activationId").asString("");
        if (id.isEmpty()) {
            throw new IllegalArgumentException("There is no activation yet. Make one with: pikachu action invoke NAME");
        }
        return id;
    }

    Optional<String> field() {
        return typed.stream().skip(last ? 0 : 1).findFirst();
    }
}
