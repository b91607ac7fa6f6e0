package pikachu.server.controller;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Entry;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** What the API asks of the running controller: activations, and the global address map. */
public interface Invocations {
    /**
     * Accepts an activation, waits for it as long as the request says, and returns what there is to answer.
     */
    Answer invoke(Request request);

    /** The namespace's instances, those lately gone included, by ID. */
    List<Entry> instances(NamespaceName namespace);

    Optional<Entry> instance(NamespaceName namespace, InstanceId id);

    /**
     * Calls {@code listener} with each entry of the namespace that there is now and then with every new or changed one,
     * from one thread at a time, until the handle is closed. The listener must not block.
     */
    AutoCloseable watch(NamespaceName namespace, Consumer<Entry> listener);

    /** State of each invoker by its printable ID: {@code up}, {@code unresponsive} or {@code down}. */
    Map<String, String> invokers();

    /** Activations accepted here that have not ended, with {@code namespace/action@version}. */
    Map<ActivationId, String> inFlight();

    /**
     * @param concurrent how many activations of the caller's namespace may be in flight
     * @param arguments effective arguments, a JSON object
     * @param environment init parameters, a JSON object
     * @param instance the ID that the caller chose
     * @param waitMs 0 when the caller does not wait
     */
    record Request(
            Caller caller,
            ActionRef action,
            JsonText arguments,
            JsonText environment,
            Optional<InstanceId> instance,
            int concurrent,
            long acceptedMs,
            int waitMs,
            String transaction) {}

    /** How an invocation is answered. */
    sealed interface Answer {
        /** It is on its way (or not finished in time): 202. */
        record Accepted(ActivationId activation) implements Answer {}

        /** It has ended while the caller waited. */
        record Finished(ActivationRecord record) implements Answer {}

        /** The instance ID is alive: 409. */
        record Taken(InstanceId instance, Optional<Entry> holder) implements Answer {}

        /** Too many in flight: 429. */
        record Throttled(int count, int allowed) implements Answer {}

        /** No invoker is usable or the bus is away: 503; {@code reason} says what to do. */
        record Unavailable(String reason) implements Answer {}
    }
}
