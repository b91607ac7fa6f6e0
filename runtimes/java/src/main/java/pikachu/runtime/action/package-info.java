/** The action inside the proxy: made from its code by /init, called by /run. */
@NullMarked
package pikachu.runtime.action;

import org.jspecify.annotations.NullMarked;
