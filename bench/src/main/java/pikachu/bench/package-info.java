/** Benchmarks, each of which redraws one figure. */
@NullMarked
package pikachu.bench;

import org.jspecify.annotations.NullMarked;
