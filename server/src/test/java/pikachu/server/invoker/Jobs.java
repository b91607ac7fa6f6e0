package pikachu.server.invoker;

import java.util.Optional;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/** Jobs as an invoker gets them, for tests. */
final class Jobs {
    private int made;
    private final String kind;

    Jobs(String kind) {
        this.kind = kind;
    }

    Job job(String namespace, String action, long revision, int memoryMb) {
        return job(namespace, action, revision, new Limits(60_000, memoryMb, 10, 1), 0);
    }

    Job job(String namespace, String action, long revision, Limits limits, long acceptedMs) {
        var name = new NamespaceName(namespace);
        var id = new ActivationId(String.format("%032x", made++));
        var activation = new Activation(
                id,
                0,
                new ControllerId(0),
                new Caller(name, "uuid", "subject", Optional.empty()),
                new ActionRef(new ActionName(name, new EntityName(action)), "0.0.1", revision, kind, limits),
                InstanceId.of(id),
                new Epoch(0),
                Optional.empty(),
                acceptedMs,
                0,
                "t");
        return new Job(activation, JsonText.EMPTY_OBJECT, JsonText.EMPTY_OBJECT);
    }
}
