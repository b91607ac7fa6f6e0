package pikachu.server.invoker;

import java.util.Optional;
import pikachu.core.names.ActionName;

/** Where an invoker gets an action's code, as it is now. Blocks; empty when the action has been deleted. */
@FunctionalInterface
public interface CodeSource {
    Optional<ActionCode> code(ActionName action);
}
