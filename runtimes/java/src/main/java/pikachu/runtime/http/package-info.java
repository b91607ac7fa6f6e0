/**
 * A small HTTP/1.1 server on blocking sockets, a thread for each connection. It knows two paths and one method, and nothing
 * of actions.
 */
@NullMarked
package pikachu.runtime.http;

import org.jspecify.annotations.NullMarked;
