package pikachu.core.loops;

import java.util.Optional;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;

/** How a controller answers a request to invoke. */
public sealed interface Reply {
    /** The bus has it: it will end in a record, whatever happens. */
    record Accepted() implements Reply {}

    /** It has ended while the caller waited. */
    record Finished(ActivationRecord record) implements Reply {}

    /** It has ended while the caller waited, but its record did not come along: it is in the store, or will be soon. */
    record Ended() implements Reply {}

    /** The chosen instance ID is alive. */
    record Taken(InstanceId instance, Optional<Entry> holder) implements Reply {}

    /** As many of the namespace's activations are in flight as may be. */
    record Throttled(int count, int allowed) implements Reply {}

    /** No invoker is usable, the bus is away, or the controller is full; {@code reason} says what to do. */
    record Unavailable(String reason) implements Reply {}
}
