package pikachu.server.invoker;

import java.util.Optional;
import pikachu.core.activations.ActionRef;

/** Where an invoker gets an action's code. Blocks; empty when the action has been deleted meanwhile. */
@FunctionalInterface
public interface CodeSource {
    Optional<ActionCode> code(ActionRef action);
}
