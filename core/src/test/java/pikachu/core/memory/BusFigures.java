package pikachu.core.memory;

import java.util.Optional;
import java.util.UUID;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;

/** Prints what one record costs on the bus of one process, uncontended. */
final class BusFigures {
    private static final int COUNT = 3_000_000;

    private BusFigures() {}

    public static void main(String[] arguments) {
        for (var round = 0; round < 4; round++) {
            run(Topic.HEALTH, Durability.TRANSIENT);
            run(Topic.invoker(new InvokerId(0)), Durability.TRANSIENT);
            run(Topic.invoker(new InvokerId(0)), Durability.BEHIND);
        }
    }

    private static void run(Topic topic, Durability durability) {
        // never flushed: what is settled in time costs a buffer, as it does with a disk
        var bus = new InMemoryBus(InMemoryStore.flushedByHand().journal());
        var reader = bus.read(topic, 0, Start.END, () -> {});
        var ids = new ActivationId[1024];
        for (var i = 0; i < ids.length; i++) {
            ids[i] = ActivationId.of(UUID.randomUUID());
        }
        var value = new byte[600];
        var before = System.nanoTime();
        for (var i = 0; i < COUNT; i++) {
            bus.publish(new BusRecord(topic, 0, Optional.of(ids[i % ids.length]), value, durability), published -> {});
            for (var delivery : reader.poll(100)) {
                reader.settle(delivery.position());
            }
        }
        System.out.printf(
                "%s, %s: publish, poll, settle in %d ns%n", topic, durability, (System.nanoTime() - before) / COUNT);
        bus.close();
    }
}
