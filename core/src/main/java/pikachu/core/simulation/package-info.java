/**
 * A whole cluster in one thread, driven by a seed: the same loops as in production over a simulated bus, store, clocks,
 * containers and clients, with faults of every kind, and invariants that are checked as it goes. {@code ./pikachu
 * simulate --seed S} replays a run exactly.
 */
@NullMarked
package pikachu.core.simulation;

import org.jspecify.annotations.NullMarked;
