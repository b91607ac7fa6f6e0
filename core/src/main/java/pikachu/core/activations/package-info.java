/** What an activation is: as asked for, and as recorded once it has ended. */
@NullMarked
package pikachu.core.activations;

import org.jspecify.annotations.NullMarked;
