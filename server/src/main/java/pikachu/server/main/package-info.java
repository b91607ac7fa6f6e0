/** The only package that knows everything: it makes the parts and puts them together. */
@NullMarked
package pikachu.server.main;

import org.jspecify.annotations.NullMarked;
