/** The controller: who may do what, where an activation runs, and what became of it. Never imports the invoker. */
@NullMarked
package pikachu.server.controller;

import org.jspecify.annotations.NullMarked;
