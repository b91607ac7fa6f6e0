/**
 * The directory (paper 4.3): which instances of a namespace there are, where, and how they do. An invoker keeps the local
 * address map of what it hosts; controllers keep the global one; every host of a namespace gets its changes.
 */
@NullMarked
package pikachu.core.directory;

import org.jspecify.annotations.NullMarked;
