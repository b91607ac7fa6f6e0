package pikachu.core.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.activations.Status;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.messages.ClaimMessage;
import pikachu.core.messages.CompletedMessage;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.HealthMessage;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.messages.Message;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** Messages of every type with values that like the edges: zero, negative, largest, empty, long, not ASCII. */
final class RandomMessages {
    private static final String WORD = "abcXYZ019_";
    private static final String INNER = WORD + "@ .&-";
    private static final String LAST = WORD + "@.&-";
    private static final String ID_FIRST = WORD + ".";
    private static final String ID = ID_FIRST + "-";

    private final RandomGenerator random;

    RandomMessages(RandomGenerator random) {
        this.random = random;
    }

    /** One message of each type. */
    List<Message> each() {
        return List.of(
                activate(),
                new InvokerMessage.DeathNotice(incarnation()),
                new InvokerMessage.MapWanted(controller()),
                new CompletedMessage.Started(activation(), invoker(), incarnation()),
                new CompletedMessage.Completed(
                        id(), anInt(), invoker(), incarnation(), status(), maybe(this::record), random.nextBoolean()),
                new CompletedMessage.Refused(activate(), invoker(), incarnation(), text(300)),
                new CompletedMessage.Barrier(controller(), incarnation(), aLong()),
                new HealthMessage.Heartbeat(
                        invoker(),
                        incarnation(),
                        random.nextBoolean(),
                        new HealthMessage.Capacity(anInt(), anInt()),
                        aLong(),
                        anInt(),
                        aLong(),
                        several(this::change),
                        several(this::traffic)),
                new HealthMessage.MapSnapshot(invoker(), incarnation(), aLong(), several(this::change)),
                new HealthMessage.ControllerHeartbeat(controller(), incarnation(), aLong()),
                new HealthMessage.InvokerDead(invoker(), incarnation(), controller()),
                new HealthMessage.ControllerDead(controller(), incarnation(), controller()),
                new HealthMessage.DirectoryWanted(invoker(), namespace()),
                new ClaimMessage.Claim(
                        namespace(),
                        controller(),
                        several(() -> new ClaimMessage.Wanted(instance(id()), id())),
                        maybe(this::epoch)),
                new ClaimMessage.Release(namespace(), instance(id()), epoch()),
                new ClaimMessage.Adopt(namespace(), instance(id()), epoch(), controller()),
                new ClaimMessage.ClaimsSnapshot(
                        namespace(),
                        aLong(),
                        several(() -> new ClaimMessage.Held(namespace(), instance(id()), epoch(), id(), controller()))),
                new DirectoryMessage.DirectoryChanges(namespace(), several(this::change), anInt(), aLong()),
                new DirectoryMessage.DirectorySnapshot(namespace(), several(this::change)));
    }

    private InvokerMessage.Activate activate() {
        return new InvokerMessage.Activate(activation(), incarnation(), json(5000), json(50));
    }

    private Activation activation() {
        var id = id();
        return new Activation(
                id,
                anInt(),
                controller(),
                new Caller(namespace(), text(40), text(40), maybe(() -> text(90))),
                new ActionRef(
                        new ActionName(namespace(), new EntityName(entity())),
                        text(10),
                        aLong(),
                        text(20),
                        new Limits(anInt(), anInt(), anInt(), anInt())),
                instance(id),
                epoch(),
                maybe(this::group),
                aLong(),
                anInt(),
                text(40));
    }

    private ActivationRecord record() {
        return new ActivationRecord(
                activation(),
                aLong(),
                aLong(),
                status(),
                json(3000),
                anInt(),
                several(() -> text(200)),
                random.nextBoolean(),
                random.nextBoolean() ? OptionalLong.of(aLong()) : OptionalLong.empty(),
                random.nextBoolean() ? OptionalLong.of(aLong()) : OptionalLong.empty());
    }

    private Change change() {
        var state = oneOf(State.values());
        Optional<Ending> ending = state == State.GONE ? Optional.of(oneOf(Ending.values())) : Optional.empty();
        var activation = id();
        return new Change(
                incarnation(),
                aLong(),
                new Entry(
                        namespace(),
                        instance(activation),
                        epoch(),
                        state,
                        ending,
                        text(15),
                        anInt(),
                        invoker(),
                        activation,
                        aLong(),
                        maybe(this::group),
                        maybe(() -> json(Entry.MAX_ATTRIBUTES))));
    }

    private HealthMessage.Traffic traffic() {
        return new HealthMessage.Traffic(id(), aLong(), aLong(), aLong(), aLong());
    }

    private GroupRank group() {
        return new GroupRank(text(20), anInt(), anInt());
    }

    private Status status() {
        return oneOf(Status.values());
    }

    private InvokerId invoker() {
        return new InvokerId(anInt() & Integer.MAX_VALUE);
    }

    private ControllerId controller() {
        return new ControllerId(anInt() & Integer.MAX_VALUE);
    }

    private Incarnation incarnation() {
        return new Incarnation(aLong());
    }

    private Epoch epoch() {
        return new Epoch(aLong());
    }

    private ActivationId id() {
        return new ActivationId("%016x%016x".formatted(random.nextLong(), aLong()));
    }

    private InstanceId instance(ActivationId activation) {
        if (random.nextBoolean()) {
            return InstanceId.of(activation);
        }
        var value = pick(ID_FIRST) + chars(ID, random.nextInt(64));
        return new InstanceId(value.equals(".") || value.equals("..") ? "a" : value);
    }

    /** Few different ones, so that records often name the same one twice and often another. */
    private NamespaceName namespace() {
        return switch (random.nextInt(4)) {
            case 0 -> new NamespaceName("guest");
            case 1 -> new NamespaceName("a team & its name@b.c");
            default -> new NamespaceName(entity());
        };
    }

    private String entity() {
        if (random.nextInt(4) == 0) {
            return pick(WORD);
        }
        return pick(WORD) + chars(INNER, random.nextInt(255)) + pick(LAST);
    }

    private String pick(String from) {
        return String.valueOf(from.charAt(random.nextInt(from.length())));
    }

    private String chars(String from, int count) {
        var made = new StringBuilder();
        for (int i = 0; i < count; i++) {
            made.append(pick(from));
        }
        return made.toString();
    }

    private String text(int longest) {
        return switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> "\0\t\n\u007f\u0080é\uFFFD\u2028語\uD83D\uDE00";
            default -> chars("abc =\"\\{}ü€", random.nextInt(longest + 1));
        };
    }

    private JsonText json(int longest) {
        var bytes = new byte[random.nextInt(longest + 1)];
        random.nextBytes(bytes);
        return new JsonText(bytes);
    }

    private int anInt() {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> Integer.MAX_VALUE;
            case 2 -> Integer.MIN_VALUE;
            case 3 -> -1;
            default -> random.nextInt() >>> random.nextInt(32);
        };
    }

    private long aLong() {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE;
            case 2 -> Long.MIN_VALUE;
            case 3 -> -1;
            default -> random.nextLong() >>> random.nextInt(64);
        };
    }

    private <T> T oneOf(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> Optional<T> maybe(Supplier<T> one) {
        return random.nextBoolean() ? Optional.of(one.get()) : Optional.empty();
    }

    private <T> List<T> several(Supplier<T> one) {
        var made = new ArrayList<T>();
        for (int left = random.nextInt(6); left > 0; left--) {
            made.add(one.get());
        }
        return made;
    }
}
