/** How what travels on the bus is written as bytes; docs/formats/bus.md is the reference, with an example. */
@NullMarked
package pikachu.core.wire;

import org.jspecify.annotations.NullMarked;
