package pikachu.core.messages;

import java.util.List;
import java.util.Optional;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** On {@code claims}: who holds which chosen instance ID. Every controller replays it and so agrees. */
public sealed interface ClaimMessage extends Message {
    NamespaceName namespace();

    /**
     * Claims all IDs, or none if one of them is held at this position. The position is the new epoch.
     *
     * @param replaces when present, granted too if this is the epoch that holds the ID (placing again after a death)
     */
    record Claim(NamespaceName namespace, ControllerId controller, List<Wanted> wanted, Optional<Epoch> replaces)
            implements ClaimMessage {
        public Claim {
            wanted = List.copyOf(wanted);
        }
    }

    /** This controller answers for the claim from now on, if this epoch still holds the ID. */
    record Adopt(NamespaceName namespace, InstanceId id, Epoch epoch, ControllerId controller)
            implements ClaimMessage {}

    /** Frees an ID if this epoch still holds it. */
    record Release(NamespaceName namespace, InstanceId id, Epoch epoch) implements ClaimMessage {}

    /** All live claims of one partition as of {@code covers} (exclusive). */
    record ClaimsSnapshot(NamespaceName namespace, long covers, List<Held> held) implements ClaimMessage {
        public ClaimsSnapshot {
            held = List.copyOf(held);
        }
    }

    record Wanted(InstanceId id, ActivationId activation) {}

    record Held(
            NamespaceName namespace, InstanceId id, Epoch epoch, ActivationId activation, ControllerId controller) {}
}
