package pikachu.core.simulation;

/** Bugs that can be planted to prove that the invariants notice them. */
public enum Plant {
    NONE,
    /** The last change to arrive counts, whatever its epoch and sequence. */
    NO_MERGE_RULE,
    /** Invokers never think their lease lost or in doubt. */
    LEASE_NEVER_LOST,
    /** The store lets every controller create every placement, as if there were none. */
    PLACEMENTS_NOT_SHARED,
    /** Releases of claims never reach the bus. */
    NO_RELEASES,
    /** A barrier is read before what was written before it. */
    BARRIERS_JUMP_THE_QUEUE,
    /** Nobody is ever told of its death. */
    NO_DEATH_NOTICES,
    /** Requests for a directory never reach the bus, so what was lost stays lost. */
    NO_REPAIR
}
