/** What the user has set: .wskprops, environment, flags. */
@NullMarked
package pikachu.cli.settings;

import org.jspecify.annotations.NullMarked;
