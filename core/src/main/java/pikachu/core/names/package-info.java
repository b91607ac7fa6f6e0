/** Identifiers. Each is a type of its own and checks its grammar when it is made. */
@NullMarked
package pikachu.core.names;

import org.jspecify.annotations.NullMarked;
