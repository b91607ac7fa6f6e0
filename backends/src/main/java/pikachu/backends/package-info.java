/** Buses and stores that outlive the process. */
@NullMarked
package pikachu.backends;

import org.jspecify.annotations.NullMarked;
