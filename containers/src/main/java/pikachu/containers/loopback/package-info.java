/** The network of one machine that needs no set-up: every address of 127/8 already works. */
@NullMarked
package pikachu.containers.loopback;

import org.jspecify.annotations.NullMarked;
