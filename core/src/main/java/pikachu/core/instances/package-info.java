/** An instance as the directory tells of it: what it is, where it is, how it does or how it ended. */
@NullMarked
package pikachu.core.instances;

import org.jspecify.annotations.NullMarked;
