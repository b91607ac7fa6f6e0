package pikachu.server.main;

import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.core.names.ActionName;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.Code;
import pikachu.server.entities.StoredAction;
import pikachu.server.invoker.ActionCode;
import pikachu.server.invoker.CodeSource;

/** An action's code from the store, as it is now. */
record StoredCode(ActionStore actions) implements CodeSource {
    private static final int ATTEMPTS = 3;

    @Override
    public Optional<ActionCode> code(ActionRef ref) {
        return actions.find(ref.name()).map(stored -> code(ref.name(), stored));
    }

    private ActionCode code(ActionName name, StoredAction stored) {
        var exec = stored.action().exec();
        var length = switch (exec.code()) {
            case Code.Inline inline -> inline.utf8().length;
            case Code.Attached attached -> attached.length();
        };
        return new ActionCode(exec.main().orElse("main"), exec.isBinary(), length, () -> read(name, stored));
    }

    /** An update meanwhile takes the attachment away: then document and attachment are read again. */
    private Optional<byte[]> read(ActionName name, StoredAction stored) {
        var code = actions.code(stored.action());
        for (var attempt = 1; attempt < ATTEMPTS && code.isEmpty(); attempt++) {
            code = actions.find(name).flatMap(again -> actions.code(again.action()));
        }
        return code;
    }
}
