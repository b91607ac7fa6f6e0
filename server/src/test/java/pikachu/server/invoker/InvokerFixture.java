package pikachu.server.invoker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.Network;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.loops.InvokerLogic;
import pikachu.core.loops.Timing;
import pikachu.core.memory.InMemoryBus;
import pikachu.core.memory.InMemoryStore;
import pikachu.core.messages.CompletedMessage.Completed;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.messages.InvokerMessage.Activate;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.wire.Codec;
import pikachu.server.entities.ActivationJson;

/** A whole invoker on a bus and a store in memory, with {@link ScriptedDriver}; the test is its controller. */
final class InvokerFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final InvokerId SELF = new InvokerId(0);
    static final ControllerId CONTROLLER = new ControllerId(0);
    static final String KIND = "python:3.11";
    static final int SLOT_MB = 256;

    private static final NamespaceName TENANT = new NamespaceName("tenant");

    final ScriptedDriver driver = new ScriptedDriver();
    final InMemoryStore store = new InMemoryStore();

    /** What the action's code is when the invoker asks. */
    volatile ActionCode code = code("0.0.1", 1, KIND, "old");

    private final Codec codec = new Codec();
    private final InMemoryBus bus = new InMemoryBus(store.journal());
    private final BusReader health = bus.read(Topic.HEALTH, 0, Start.END, () -> {});
    private final BusReader completed = bus.read(Topic.completed(CONTROLLER), 0, Start.UNSETTLED, () -> {});
    private final Map<ActivationId, ActivationRecord> records = new HashMap<>();
    private final Path folder;
    private final Invoker invoker;
    private Optional<Incarnation> incarnation = Optional.empty();

    InvokerFixture(int slots) {
        try {
            folder = Files.createTempDirectory("pikachu");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var began = System.nanoTime();
        var epoch = System.currentTimeMillis();
        LongSupplier clock = () -> epoch + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        var settings = new InvokerSettings(
                driver,
                new Addresses(),
                store,
                name -> Optional.of(code),
                ActivationJson::stored,
                folder,
                Map.of(KIND, memoryMb -> new RuntimeCommand(KIND, List.of("scripted"))),
                Map.of(),
                new PoolSettings(slots * SLOT_MB, 10_000, 600_000, 600_000, List.of(), false),
                "http://127.0.0.1:1");
        var logic = new InvokerLogic(SELF, slots * SLOT_MB, Timing.DEFAULT, new Random(1));
        invoker = new Invoker(SELF, bus, logic, settings, clock);
        invoker.start();
    }

    static ActionCode code(String version, long revision, String kind, String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new ActionCode(version, revision, kind, "main", false, utf8.length, () -> Optional.of(utf8));
    }

    static ActivationId id(int number) {
        return new ActivationId(String.format("%032x", number));
    }

    /** Which the invoker's newest heartbeat names. */
    Incarnation incarnation() {
        await().atMost(PATIENCE).until(() -> {
            for (var delivery : health.poll(1_000)) {
                if (codec.decode(delivery.value()) instanceof Heartbeat heartbeat) {
                    incarnation = Optional.of(heartbeat.incarnation());
                }
            }
            return incarnation.isPresent();
        });
        return incarnation.orElseThrow();
    }

    void awaitOther(Incarnation former) {
        await().atMost(PATIENCE).until(() -> !incarnation().equals(former));
    }

    /** An activation of the one action, accepted with version 0.0.1 and revision 1. */
    void order(int number, Incarnation target) {
        order(number, "0.0.1", 1, target);
    }

    void order(int number, String version, long revision, Incarnation target) {
        var action = new ActionRef(
                new ActionName(TENANT, new EntityName("hello")),
                version,
                revision,
                KIND,
                new Limits(60_000, SLOT_MB, 1, 1));
        var activation = new Activation(
                id(number),
                0,
                CONTROLLER,
                new Caller(TENANT, "uuid", "somebody", Optional.empty()),
                action,
                InstanceId.of(id(number)),
                new Epoch(0),
                Optional.empty(),
                System.currentTimeMillis(),
                60_000,
                "test");
        send(new Activate(activation, target, JsonText.EMPTY_OBJECT, JsonText.EMPTY_OBJECT));
    }

    void declareDead(Incarnation life) {
        send(new DeathNotice(life));
    }

    private void send(InvokerMessage message) {
        var record =
                new BusRecord(Topic.invoker(SELF), 0, Optional.empty(), codec.encode(message), Durability.TRANSIENT);
        bus.publish(record, how -> {});
    }

    /** How the activation ended, once the invoker has told the controller. */
    ActivationRecord record(int number) {
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> {
            completed.poll(1_000).forEach(delivery -> {
                if (codec.decode(delivery.value()) instanceof Completed message) {
                    records.put(message.activation(), message.record().orElseThrow());
                }
            });
            return records.containsKey(id(number));
        });
        return records.get(id(number));
    }

    @Override
    public void close() throws IOException {
        invoker.close();
        bus.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Nobody listens there. */
    private static final class Addresses implements Network {
        private final AtomicInteger last = new AtomicInteger();

        @Override
        public String name() {
            return "none";
        }

        @Override
        public Endpoint attach(NamespaceName namespace) {
            return new Endpoint.OnHost("127.64.0." + last.incrementAndGet());
        }

        @Override
        public void open(NamespaceName namespace) {}

        @Override
        public void forget(NamespaceName namespace) {}

        @Override
        public Optional<ServerSocketChannel> listenAtGateway(NamespaceName namespace, int port) {
            return Optional.empty();
        }

        @Override
        public List<String> sweep() {
            return List.of();
        }

        @Override
        public void release(Endpoint endpoint) {}

        @Override
        public void close() {}
    }
}
