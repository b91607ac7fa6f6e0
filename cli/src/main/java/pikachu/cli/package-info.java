/** The command line, with wsk's words and Pikachu's own. */
@NullMarked
package pikachu.cli;

import org.jspecify.annotations.NullMarked;
