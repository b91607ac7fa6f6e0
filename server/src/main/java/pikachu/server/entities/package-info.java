/**
 * Actions, subjects and activation records, and the JSON they are written in. Knows nothing of HTTP, so that controller,
 * invoker and API share it.
 */
@NullMarked
package pikachu.server.entities;

import org.jspecify.annotations.NullMarked;
