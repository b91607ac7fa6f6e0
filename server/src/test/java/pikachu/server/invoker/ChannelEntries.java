package pikachu.server.invoker;

import java.util.Optional;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.ActivationId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** Entries for tests of what functions are shown. */
final class ChannelEntries {
    static final NamespaceName GUEST = new NamespaceName("guest");

    private ChannelEntries() {}

    static Entry running(String id) {
        return new Entry(
                GUEST,
                new InstanceId(id),
                Epoch.ofClaim(1, 5),
                State.RUNNING,
                Optional.empty(),
                "100.64.0.1",
                65433,
                new InvokerId(0),
                new ActivationId("00112233445566778899aabbccddeeff"),
                1_790_000_000_000L,
                Optional.empty(),
                Optional.empty());
    }
}
