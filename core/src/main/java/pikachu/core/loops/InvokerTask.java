package pikachu.core.loops;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pikachu.core.instances.Entry;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.names.ActivationId;

/** An activation on its way through an invoker. Plain fields, owned by the loop. */
final class InvokerTask {
    enum Phase {
        /** A container is being found or made, and /init done. */
        PROVIDING,
        /** Waits for the lease. */
        READY,
        /** Started is on its way to the bus. */
        ANNOUNCING,
        /** The bus has Started, but the lease is not good. */
        ANNOUNCED,
        RUNNING
    }

    final Activate activate;
    /** Of the order on the own topic, and of its copies. */
    final List<Long> positions = new ArrayList<>(1);

    Phase phase = Phase.PROVIDING;
    long readyMs;
    Publications.@Nullable Handle started;

    @Nullable
    Entry entry;

    InvokerTask(Activate activate, long position) {
        this.activate = activate;
        positions.add(position);
    }

    ActivationId id() {
        return activate.activation().id();
    }

    int attempt() {
        return activate.activation().attempt();
    }

    int memoryMb() {
        return activate.activation().action().limits().memoryMb();
    }
}
