/** A platform of one's own as a child process, for the demo and the benchmarks. */
@NullMarked
package pikachu.cli.platform;

import org.jspecify.annotations.NullMarked;
