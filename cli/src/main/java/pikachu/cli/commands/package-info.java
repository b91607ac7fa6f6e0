/** The commands, one class for each of wsk's nouns. */
@NullMarked
package pikachu.cli.commands;

import org.jspecify.annotations.NullMarked;
