package pikachu.core.scheduling;

import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

/** One life of an invoker, as the place where an activation is to run. */
public record Target(InvokerId invoker, Incarnation incarnation) {}
