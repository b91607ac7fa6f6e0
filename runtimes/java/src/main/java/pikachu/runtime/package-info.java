/** The Java runtime's program: it listens, and answers for one action. */
@NullMarked
package pikachu.runtime;

import org.jspecify.annotations.NullMarked;
