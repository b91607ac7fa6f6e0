package pikachu.core.instances;

import pikachu.core.names.Incarnation;

/**
 * An entry as its invoker last wrote it. Sequence numbers of one incarnation grow by one from change to change.
 *
 * <p>Of two changes for one ID the one with the larger epoch counts; within an epoch GONE is final, and else the larger
 * sequence number counts. So applying a change twice, late or out of order changes nothing.
 */
public record Change(Incarnation incarnation, long sequence, Entry entry) {}
