package pikachu.backends.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static pikachu.core.bus.Durability.COMMITTED;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Published;
import pikachu.core.bus.Topic;
import pikachu.core.memory.InMemoryBus;
import pikachu.core.names.ActivationId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;

/** A process to be killed: writes without end and prints what was acknowledged, one line each. */
final class Lives {
    static final NamespaceName GUEST = new NamespaceName("guest");
    static final Topic WORK = Topic.invoker(new InvokerId(0));

    private Lives() {}

    public static void main(String[] arguments) {
        var store = SqliteStore.open(Path.of(arguments[0]));
        var bus = new InMemoryBus(store.journal());
        say("open " + bus.generation());
        for (var thread = 0; thread < 3; thread++) {
            Thread.ofPlatform().start(() -> create(store));
        }
        var underWay = new Semaphore(64);
        while (true) {
            underWay.acquireUninterruptibly();
            publish(bus, underWay);
        }
    }

    private static void publish(InMemoryBus bus, Semaphore underWay) {
        var id = ActivationId.of(UUID.randomUUID());
        var record = new BusRecord(WORK, 0, Optional.of(id), id.value().getBytes(UTF_8), COMMITTED);
        bus.publish(record, outcome -> {
            if (outcome instanceof Published.Appended) {
                say("record " + id);
            }
            underWay.release();
        });
    }

    private static void create(SqliteStore store) {
        while (true) {
            var id = UUID.randomUUID().toString();
            var key = new DocumentKey(Collection.ACTIVATIONS, GUEST, id);
            store.createAll(List.of(new NewDocument(key, 1, "label", id.getBytes(UTF_8))));
            say("document " + id);
        }
    }

    private static void say(String line) {
        // one write, so that a line is whole or absent save the last
        var bytes = (line + "\n").getBytes(UTF_8);
        try {
            System.out.write(bytes);
            System.out.flush();
        } catch (IOException e) {
            System.exit(1);
        }
    }
}
