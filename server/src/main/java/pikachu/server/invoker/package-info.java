/** The invoker: containers and what runs in them, and the directory of this host. Never imports the controller. */
@NullMarked
package pikachu.server.invoker;

import org.jspecify.annotations.NullMarked;
