/** Containers as plain process groups: what can be held without root and without any tool but util-linux. */
@NullMarked
package pikachu.containers.process;

import org.jspecify.annotations.NullMarked;
