package pikachu.core.instances;

import java.util.Optional;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.JsonText;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * One instance as the directory knows it. Only the invoker that hosts it writes it; a dead invoker's entries are ended by
 * the controller.
 *
 * @param ending present exactly when the state is GONE
 * @param address numeric IPv4 on the namespace's network
 * @param port where the messaging library listens
 * @param deadlineMs when the activation reaches its time limit, milliseconds since 1970
 * @param attributes what the instance says of itself, one JSON object of at most 1 KiB on one line, without tabs
 */
public record Entry(
        NamespaceName namespace,
        InstanceId id,
        Epoch epoch,
        State state,
        Optional<Ending> ending,
        String address,
        int port,
        InvokerId invoker,
        ActivationId activation,
        long deadlineMs,
        Optional<GroupRank> group,
        Optional<JsonText> attributes) {
    public static final int MAX_ATTRIBUTES = 1024;

    public Entry {
        if (ending.isPresent() != (state == State.GONE)) {
            throw new IllegalArgumentException("Entry " + id + " is " + state + " but its ending is " + ending);
        }
        if (attributes.isPresent() && attributes.get().length() > MAX_ATTRIBUTES) {
            throw new IllegalArgumentException("Attributes of " + id + " have "
                    + attributes.get().length() + " bytes, at most " + MAX_ATTRIBUTES + " are kept.");
        }
    }

    public boolean isAlive() {
        return state != State.GONE;
    }

    public Entry in(State newState) {
        return with(newState, Optional.empty(), attributes);
    }

    public Entry gone(Ending how) {
        return with(State.GONE, Optional.of(how), attributes);
    }

    public Entry saying(JsonText newAttributes) {
        return with(state, ending, Optional.of(newAttributes));
    }

    private Entry with(State newState, Optional<Ending> how, Optional<JsonText> newAttributes) {
        return new Entry(
                namespace,
                id,
                epoch,
                newState,
                how,
                address,
                port,
                invoker,
                activation,
                deadlineMs,
                group,
                newAttributes);
    }
}
