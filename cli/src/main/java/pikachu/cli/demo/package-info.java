/** {@code pikachu demo}: the paper's job, two instances and one direct connection, for real. */
@NullMarked
package pikachu.cli.demo;

import org.jspecify.annotations.NullMarked;
