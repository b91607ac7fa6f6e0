package pikachu.core.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

/** What the golden files of the bus say. */
final class Samples {
    static final NamespaceName GUEST = new NamespaceName("guest");
    static final ActivationId ONE = new ActivationId("00112233445566778899aabbccddeeff");
    static final ActivationId TWO = new ActivationId("0123456789abcdef0123456789abcdef");
    static final Incarnation LIFE = new Incarnation(0x0102030405060708L);
    static final Epoch EPOCH = Epoch.ofClaim(1, 5);
    static final ControllerId CONTROLLER = new ControllerId(0);
    static final InvokerId INVOKER = new InvokerId(3);
    static final long NOW = 1_790_000_000_000L;

    private Samples() {}

    static Activation chosen() {
        return new Activation(
                ONE,
                0,
                CONTROLLER,
                new Caller(
                        GUEST,
                        "23bc46b1-71f6-4ed5-8c54-816aa4f8c502",
                        "guest",
                        Optional.of("23bc46b1:123zO3xZCLrMN6v2")),
                new ActionRef(
                        new ActionName(GUEST, new EntityName("hello & bye")),
                        "0.0.1",
                        1,
                        "python:3.11",
                        new Limits(60_000, 256, 10, 1)),
                new InstanceId("myname0"),
                EPOCH,
                Optional.of(new GroupRank("g", 1, 8)),
                NOW,
                60_000,
                "tid_1");
    }

    static InvokerMessage.Activate activate() {
        return new InvokerMessage.Activate(chosen(), LIFE, new JsonText("{\"name\":\"you\"}"), JsonText.EMPTY_OBJECT);
    }

    static Activation unchosen() {
        return new Activation(
                TWO,
                1,
                CONTROLLER,
                new Caller(GUEST, "", "guest", Optional.empty()),
                new ActionRef(
                        new ActionName(new NamespaceName("whisk.system"), new EntityName("echo")),
                        "1.2.3",
                        300,
                        "nodejs:20",
                        new Limits(100, 128, 0, 200)),
                InstanceId.of(TWO),
                new Epoch(1),
                Optional.empty(),
                NOW,
                0,
                "");
    }

    static Change running() {
        return new Change(
                LIFE,
                1,
                new Entry(
                        GUEST,
                        new InstanceId("myname0"),
                        EPOCH,
                        State.RUNNING,
                        Optional.empty(),
                        "100.64.12.7",
                        65433,
                        INVOKER,
                        ONE,
                        NOW + 60_000,
                        Optional.of(new GroupRank("g", 1, 8)),
                        Optional.of(new JsonText("{\"role\":\"leader\"}"))));
    }

    static Change gone() {
        return new Change(
                LIFE,
                2,
                new Entry(
                        GUEST,
                        InstanceId.of(TWO),
                        new Epoch(0),
                        State.GONE,
                        Optional.of(Ending.HOST_LOST),
                        "100.64.12.8",
                        65433,
                        INVOKER,
                        TWO,
                        NOW + 60_000,
                        Optional.empty(),
                        Optional.empty()));
    }

    static ActivationRecord record() {
        return new ActivationRecord(
                unchosen(),
                NOW,
                NOW + 12,
                Status.APPLICATION_ERROR,
                new JsonText("{\"error\":\"ü\"}"),
                14,
                List.of("2026-11-01T00:00:00.000Z stdout: hi"),
                false,
                OptionalLong.of(2),
                OptionalLong.empty());
    }

    /** By name of the golden file. */
    static Map<String, Message> all() {
        var all = new LinkedHashMap<String, Message>();
        all.put("activate", activate());
        all.put("death-notice", new InvokerMessage.DeathNotice(LIFE));
        all.put("map-wanted", new InvokerMessage.MapWanted(new ControllerId(300)));
        all.put("started", new CompletedMessage.Started(unchosen(), INVOKER, LIFE));
        all.put(
                "completed",
                new CompletedMessage.Completed(
                        TWO, 1, INVOKER, LIFE, Status.APPLICATION_ERROR, Optional.of(record()), true));
        all.put("refused", new CompletedMessage.Refused(activate(), INVOKER, LIFE, "lease lost"));
        all.put("barrier", new CompletedMessage.Barrier(CONTROLLER, LIFE, 7));
        all.put(
                "heartbeat",
                new HealthMessage.Heartbeat(
                        INVOKER,
                        LIFE,
                        true,
                        new HealthMessage.Capacity(32_768, 512),
                        2,
                        1,
                        -2,
                        List.of(running(), gone()),
                        List.of(new HealthMessage.Traffic(ONE, 10, 6400, 11, 704))));
        all.put("map-snapshot", new HealthMessage.MapSnapshot(INVOKER, LIFE, 2, List.of(running(), gone())));
        all.put("controller-heartbeat", new HealthMessage.ControllerHeartbeat(CONTROLLER, LIFE, 1000));
        all.put("invoker-dead", new HealthMessage.InvokerDead(INVOKER, LIFE, CONTROLLER));
        all.put("controller-dead", new HealthMessage.ControllerDead(new ControllerId(1), LIFE, CONTROLLER));
        all.put("directory-wanted", new HealthMessage.DirectoryWanted(INVOKER, new NamespaceName("a & b")));
        all.put(
                "claim",
                new ClaimMessage.Claim(
                        GUEST,
                        CONTROLLER,
                        List.of(
                                new ClaimMessage.Wanted(new InstanceId("g-0"), ONE),
                                new ClaimMessage.Wanted(new InstanceId("g-1"), TWO)),
                        Optional.of(EPOCH)));
        all.put("adopt", new ClaimMessage.Adopt(GUEST, new InstanceId("myname0"), EPOCH, new ControllerId(2)));
        all.put("release", new ClaimMessage.Release(GUEST, new InstanceId("myname0"), EPOCH));
        all.put(
                "claims-snapshot",
                new ClaimMessage.ClaimsSnapshot(
                        GUEST,
                        1L << 33,
                        List.of(
                                new ClaimMessage.Held(GUEST, new InstanceId("a"), EPOCH, ONE, CONTROLLER),
                                new ClaimMessage.Held(
                                        new NamespaceName("other"),
                                        new InstanceId("a"),
                                        new Epoch(-1),
                                        TWO,
                                        CONTROLLER))));
        all.put("directory-changes", new DirectoryMessage.DirectoryChanges(GUEST, List.of(running(), gone()), 1, -2));
        all.put("directory-snapshot", new DirectoryMessage.DirectorySnapshot(GUEST, List.of(running())));
        return all;
    }
}
