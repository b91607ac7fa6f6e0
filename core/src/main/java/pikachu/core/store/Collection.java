package pikachu.core.store;

/** What kind of document. Every collection is a key space of its own. */
public enum Collection {
    /** Actions, later also triggers, rules and packages: one key space, as in OpenWhisk. */
    ENTITIES,
    ACTIVATIONS,
    SUBJECTS,
    /** Which controller places an activation again, and where: one document per attempt, created once. */
    PLACEMENTS
}
