package pikachu.server.main;

import java.util.Optional;
import pikachu.core.names.ActionName;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.Code;
import pikachu.server.entities.StoredAction;
import pikachu.server.invoker.ActionCode;
import pikachu.server.invoker.CodeSource;

/** An action's code from the store, as it is now. */
record StoredCode(ActionStore actions) implements CodeSource {
    @Override
    public Optional<ActionCode> code(ActionName name) {
        return actions.find(name).map(this::code);
    }

    private ActionCode code(StoredAction stored) {
        var action = stored.action();
        var exec = action.exec();
        var length = switch (exec.code()) {
            case Code.Inline inline -> inline.utf8().length;
            case Code.Attached attached -> attached.length();
        };
        return new ActionCode(
                action.version(),
                stored.revision(),
                exec.kind(),
                exec.main().orElse("main"),
                exec.isBinary(),
                length,
                () -> actions.code(action));
    }
}
