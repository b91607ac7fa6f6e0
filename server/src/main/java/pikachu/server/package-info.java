/** The platform's programs: the API, the controller, the invoker, and the ways of starting them. */
@NullMarked
package pikachu.server;

import org.jspecify.annotations.NullMarked;
