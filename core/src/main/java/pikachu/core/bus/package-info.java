/**
 * The bus: what controllers and invokers tell one another, as records in partitioned topics. In one process it is
 * {@link pikachu.core.memory.InMemoryBus}; a cluster uses Kafka behind the same interface.
 */
@NullMarked
package pikachu.core.bus;

import org.jspecify.annotations.NullMarked;
