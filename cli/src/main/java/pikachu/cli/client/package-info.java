/** A small blocking client for the REST API. */
@NullMarked
package pikachu.cli.client;

import org.jspecify.annotations.NullMarked;
