/** Which invoker runs an activation, and the controller's book of those that it has accepted and that have not ended. */
@NullMarked
package pikachu.core.scheduling;

import org.jspecify.annotations.NullMarked;
