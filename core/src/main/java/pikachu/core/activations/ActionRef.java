package pikachu.core.activations;

import pikachu.core.names.ActionName;

/**
 * The action as it was when the activation was accepted; in a record, with version and revision of the code that ran.
 *
 * @param version OpenWhisk's semantic version
 * @param revision the store's revision of the action's document; containers are shared by those of one revision
 * @param kind as stored, {@code python:3.11}
 */
public record ActionRef(ActionName name, String version, long revision, String kind, Limits limits) {
    /** The same with what was read later, of the same kind. */
    public ActionRef at(String newVersion, long newRevision) {
        return new ActionRef(name, newVersion, newRevision, kind, limits);
    }
}
