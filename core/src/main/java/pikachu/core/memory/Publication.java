package pikachu.core.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Published;
import pikachu.core.names.ActivationId;

/** A record on its way into a {@link PartitionLog}, whose lock guards all mutable fields. */
final class Publication {
    /** The number of a record that is not in the journal. */
    static final long UNNUMBERED = -1;

    final BusRecord bus;
    final @Nullable ActivationId key;
    final Consumer<Published> done;
    long number = UNNUMBERED;
    long position;
    boolean hasArrived;

    // neighbours in the line
    @Nullable
    Publication ahead;

    @Nullable
    Publication behind;

    Publication(BusRecord bus, Consumer<Published> done) {
        this.bus = bus;
        this.key = bus.key().orElse(null);
        this.done = done;
    }

    boolean isOrderedByJournal() {
        return number != UNNUMBERED;
    }
}
