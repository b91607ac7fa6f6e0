/**
 * The API over HTTP: OpenWhisk's paths, status codes and texts, and Pikachu's instances beside them. Everything that is
 * decided about a request is decided in the controller's classes; here it is read and answered.
 */
@NullMarked
package pikachu.server.api;

import org.jspecify.annotations.NullMarked;
