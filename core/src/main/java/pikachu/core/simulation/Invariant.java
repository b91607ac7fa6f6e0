package pikachu.core.simulation;

/** Something that must be true of the cluster as a whole. What must be true of single steps is checked where they happen. */
interface Invariant {
    /** @throws Broken when it does not hold */
    void check(Cluster cluster);
}
