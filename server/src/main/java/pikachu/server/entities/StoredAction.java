package pikachu.server.entities;

import pikachu.core.activations.ActionRef;

/** An action and the revision of the document that it was read from. */
public record StoredAction(Action action, long revision) {
    public ActionRef ref() {
        return action.ref(revision);
    }
}
