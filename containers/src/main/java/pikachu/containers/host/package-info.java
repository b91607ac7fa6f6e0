/**
 * What the drivers ask of the machine: which slice of it is theirs, as whom functions run, where files may lie, which
 * interpreters exist.
 */
@NullMarked
package pikachu.containers.host;

import org.jspecify.annotations.NullMarked;
