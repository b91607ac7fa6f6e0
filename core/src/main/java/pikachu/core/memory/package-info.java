/**
 * Bus and store in memory: the bus of every platform that is one process, over a journal that outlives it; the store and
 * its journal for tests and the simulation.
 */
@NullMarked
package pikachu.core.memory;

import org.jspecify.annotations.NullMarked;
