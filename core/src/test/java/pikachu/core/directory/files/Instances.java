package pikachu.core.directory.files;

import java.util.Optional;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** Entries for tests. */
final class Instances {
    static final NamespaceName GUEST = new NamespaceName("guest");

    private Instances() {}

    static Entry running(String id) {
        return running(id, "100.64.0.1");
    }

    static Entry running(String id, String address) {
        return new Entry(
                GUEST,
                new InstanceId(id),
                new Epoch(7),
                State.RUNNING,
                Optional.empty(),
                address,
                65433,
                new InvokerId(0),
                new ActivationId("00112233445566778899aabbccddeeff"),
                1_790_000_000_000L,
                Optional.empty(),
                Optional.empty());
    }

    static Entry gone(String id) {
        return running(id).gone(Ending.FINISHED);
    }

    static Entry saying(String id, String json) {
        return running(id).saying(new JsonText(json));
    }
}
