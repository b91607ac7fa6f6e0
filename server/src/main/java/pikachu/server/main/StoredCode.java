package pikachu.server.main;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.StoredAction;
import pikachu.server.invoker.ActionCode;
import pikachu.server.invoker.CodeSource;

/** An action's code from the store, as it is now. */
record StoredCode(ActionStore actions) implements CodeSource {
    @Override
    public Optional<ActionCode> code(ActionRef ref) {
        return actions.find(ref.name()).flatMap(this::read);
    }

    private Optional<ActionCode> read(StoredAction stored) {
        var exec = stored.action().exec();
        return actions.code(stored.action())
                .map(utf8 -> new ActionCode(
                        new String(utf8, StandardCharsets.UTF_8), exec.main().orElse("main"), exec.isBinary()));
    }
}
