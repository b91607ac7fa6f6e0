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
    private static final int ATTEMPTS = 3;

    /** An update between reading the document and its attachment takes the attachment away: then both are read again. */
    @Override
    public Optional<ActionCode> code(ActionRef ref) {
        var code = Optional.<ActionCode>empty();
        for (var attempt = 0; attempt < ATTEMPTS && code.isEmpty(); attempt++) {
            code = actions.find(ref.name()).flatMap(this::read);
        }
        return code;
    }

    private Optional<ActionCode> read(StoredAction stored) {
        var exec = stored.action().exec();
        return actions.code(stored.action())
                .map(utf8 -> new ActionCode(
                        new String(utf8, StandardCharsets.UTF_8), exec.main().orElse("main"), exec.isBinary()));
    }
}
