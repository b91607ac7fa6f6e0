package pikachu.core.activations;

import pikachu.core.names.ActionName;

/**
 * The action as it was when the activation was accepted.
 *
 * @param version OpenWhisk's semantic version
 * @param revision the store's revision of the action's document; code is fetched by it
 * @param kind as stored, {@code python:3.11}
 */
public record ActionRef(ActionName name, String version, long revision, String kind, Limits limits) {}
