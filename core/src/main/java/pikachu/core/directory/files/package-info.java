/**
 * The directory as functions read it: the files {@code instances} and {@code hosts}. docs/formats/directory.md is the
 * reference. At no moment can a reader see half a file (the paper's code truncated and rewrote its map in place).
 */
@NullMarked
package pikachu.core.directory.files;

import org.jspecify.annotations.NullMarked;
