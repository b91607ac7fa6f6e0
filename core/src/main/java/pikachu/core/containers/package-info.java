/**
 * What a container and a network are to an invoker. The forms that exist (process with loopback; later sandbox, docker,
 * bridge, vxlan) live in the module {@code containers}; each passes the contract tests of this package.
 */
@NullMarked
package pikachu.core.containers;

import org.jspecify.annotations.NullMarked;
