/** Names, entities, address maps and scheduling, and the bus and store that they need, on nothing but the JDK. */
@NullMarked
package pikachu.core;

import org.jspecify.annotations.NullMarked;
