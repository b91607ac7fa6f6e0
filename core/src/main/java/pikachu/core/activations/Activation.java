package pikachu.core.activations;

import java.util.Optional;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;

/**
 * One run of an action as asked for, without its arguments.
 *
 * @param attempt 0 at first, one more each time it is placed again because an invoker died before starting it
 * @param controller who accepted it and is told of its end
 * @param instance chosen by the caller or equal to the activation ID
 * @param epoch of the claim, or the attempt when the ID was not chosen
 * @param acceptedMs when the request arrived, milliseconds since 1970
 * @param waitMs how long the caller waits for the result, 0 when not at all
 * @param transaction the request's ID, for logs
 */
public record Activation(
        ActivationId id,
        int attempt,
        ControllerId controller,
        Caller caller,
        ActionRef action,
        InstanceId instance,
        Epoch epoch,
        Optional<GroupRank> group,
        long acceptedMs,
        int waitMs,
        String transaction) {

    public Activation of(ActionRef what) {
        return new Activation(
                id, attempt, controller, caller, what, instance, epoch, group, acceptedMs, waitMs, transaction);
    }

    public Activation again(ControllerId by, Epoch newEpoch) {
        return new Activation(
                id, attempt + 1, by, caller, action, instance, newEpoch, group, acceptedMs, waitMs, transaction);
    }
}
