package pikachu.server.invoker;

import java.util.OptionalLong;
import pikachu.core.activations.Activation;
import pikachu.core.activations.JsonText;

/**
 * An activation on its way through this invoker.
 *
 * @param arguments a JSON object
 * @param environment init parameters, a JSON object
 * @param startedMs when /init was sent, milliseconds since 1970; absent when the container was warm
 * @param initMs how long /init took
 */
record Job(
        Activation activation, JsonText arguments, JsonText environment, OptionalLong startedMs, OptionalLong initMs) {
    Job(Activation activation, JsonText arguments, JsonText environment) {
        this(activation, arguments, environment, OptionalLong.empty(), OptionalLong.empty());
    }

    /** With the code that runs; the limits stay those that were accepted, for the container was made for them. */
    Job running(ActionCode code) {
        var action = activation.action().at(code.version(), code.revision());
        return new Job(activation.of(action), arguments, environment, startedMs, initMs);
    }

    Job initialised(long atMs, long tookMs) {
        return new Job(activation, arguments, environment, OptionalLong.of(atMs), OptionalLong.of(tookMs));
    }

    int timeoutMs() {
        return activation.action().limits().timeoutMs();
    }

    int memoryMb() {
        return activation.action().limits().memoryMb();
    }
}
