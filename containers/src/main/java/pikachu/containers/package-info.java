/** Drivers that make containers, and networks that join them. */
@NullMarked
package pikachu.containers;

import org.jspecify.annotations.NullMarked;
