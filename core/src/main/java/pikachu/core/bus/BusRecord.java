package pikachu.core.bus;

import java.util.Optional;
import pikachu.core.names.ActivationId;

/**
 * What a publisher hands to the bus. The key is that of {@link Durability}: records of one activation become durable in
 * order.
 */
public record BusRecord(Topic topic, int partition, Optional<ActivationId> key, byte[] value, Durability durability) {
    public BusRecord {
        if (partition < 0 || partition >= topic.partitions()) {
            throw new IllegalArgumentException(
                    "Topic " + topic + " has no partition " + partition + ", it has " + topic.partitions() + ".");
        }
    }
}
