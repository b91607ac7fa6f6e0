/**
 * What controllers and invokers decide, as steps over plain state: an event and the time go in, effects come out. No
 * thread, clock, network or disk here; the server's shells and the simulation drive the same code.
 */
@NullMarked
package pikachu.core.loops;

import org.jspecify.annotations.NullMarked;
