package pikachu.core.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import pikachu.core.directory.LocalMap;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.loops.ControllerEffect;
import pikachu.core.loops.ControllerEvent;
import pikachu.core.loops.ControllerLogic;
import pikachu.core.loops.Timing;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/**
 * Measures one publishing controller under churn with maps of several sizes: invokers in proportion to entries (100 each),
 * 50,000 changes in each simulated second, in a thousand namespaces. What a change costs must not depend on the size.
 */
public final class Scale {
    private static final int PER_INVOKER = 100;
    private static final int CHANGES_PER_SECOND = 50_000;
    private static final int SECONDS = 8;
    private static final int WARM_UP_SECONDS = 3;

    private final ControllerLogic controller;
    private final List<LocalMap> maps = new ArrayList<>();
    private final List<Integer> ids = new ArrayList<>();
    private final Random random = new Random(1);
    private long nowMs = 1_000_000;
    private long reading = -1;
    private long position;
    private long sent;

    private Scale(int entries) {
        controller = new ControllerLogic(new ControllerId(0), 1, Set.of(), Set.of(), Timing.DEFAULT, new Random(2));
        controller.start(nowMs).forEach(this::take);
        int invokers = Math.max(1, entries / PER_INVOKER);
        for (int i = 0; i < invokers; i++) {
            maps.add(new LocalMap(new Incarnation(i), Timing.DEFAULT.goneKept()));
            ids.add(0);
        }
    }

    private void take(ControllerEffect effect) {
        switch (effect) {
            case ControllerEffect.Read read when read.topic().name().equals("health") -> reading = read.reading();
            case ControllerEffect.Publish publish
            when publish.message() instanceof ControllerHeartbeat beat -> hear(beat);
            case ControllerEffect.Publish publish when publish.topic().name().equals("directory") -> sent++;
            default -> {}
        }
    }

    private void hear(Message message) {
        controller
                .step(new ControllerEvent.Received(reading, ++position, message), nowMs)
                .forEach(this::take);
    }

    private void tick() {
        controller.step(new ControllerEvent.Tick(), nowMs).forEach(this::take);
    }

    /** What was measured of one size. */
    public record Result(
            int invokers, int entries, double changesPerSecond, double microsPerChange, long messagesSent) {}

    /** Measures with so many entries; a second's changes are spread over ten steps of 100 ms. */
    public static Result measure(int entries) {
        var scale = new Scale(entries);
        scale.fill(entries);
        long changes = 0;
        long tookNs = 0;
        for (int second = 0; second < SECONDS; second++) {
            for (int tenth = 0; tenth < 10; tenth++) {
                var messages = scale.churn(CHANGES_PER_SECOND / 10, tenth);
                long beganNs = System.nanoTime();
                messages.forEach(scale::hear);
                scale.tick();
                if (second >= WARM_UP_SECONDS) {
                    tookNs += System.nanoTime() - beganNs;
                    changes += CHANGES_PER_SECOND / 10;
                } else if (second == WARM_UP_SECONDS - 1) {
                    scale.sent = 0;
                }
                scale.nowMs += 100;
            }
        }
        return new Result(scale.maps.size(), entries, changes * 1e9 / tookNs, tookNs / 1e3 / changes, scale.sent);
    }

    private void fill(int entries) {
        for (int n = 0; n < entries; n++) {
            int invoker = n % maps.size();
            maps.get(invoker).put(entry(invoker, n / maps.size(), State.RUNNING, 1), nowMs);
        }
        for (int invoker = 0; invoker < maps.size(); invoker++) {
            hear(heartbeat(invoker, maps.get(invoker).take(Integer.MAX_VALUE), true));
        }
        for (int i = 0; i < 30; i++) {
            nowMs += 100;
            tick();
        }
    }

    /** Half of the changes are state changes, a quarter ends and a quarter begins of instances. */
    private List<Heartbeat> churn(int count, int tenth) {
        var messages = new ArrayList<Heartbeat>();
        int perMessage = 5;
        for (int n = 0; n < count / perMessage; n++) {
            int invoker = random.nextInt(maps.size());
            var map = maps.get(invoker);
            int base = ids.get(invoker);
            int slot = random.nextInt(PER_INVOKER);
            map.put(entry(invoker, slot, State.WAITING, base + 1), nowMs);
            map.put(entry(invoker, (slot + 1) % PER_INVOKER, State.LEAVING, base + 1), nowMs);
            map.put(entry(invoker, (slot + 2) % PER_INVOKER, State.RUNNING, base + 2), nowMs);
            map.put(entry(invoker, (slot + 3) % PER_INVOKER, State.GONE, base + 2), nowMs);
            map.put(entry(invoker, (slot + 4) % PER_INVOKER, State.WAITING, base + 2), nowMs);
            ids.set(invoker, base + 1);
            messages.add(heartbeat(invoker, map.take(Integer.MAX_VALUE), false));
            map.expire(nowMs);
        }
        for (int invoker = tenth; invoker < maps.size(); invoker += 10) {
            messages.add(heartbeat(invoker, List.of(), true));
        }
        return messages;
    }

    private Heartbeat heartbeat(int invoker, List<Change> changes, boolean isDue) {
        var map = maps.get(invoker);
        return new Heartbeat(
                new InvokerId(invoker),
                new Incarnation(invoker),
                isDue,
                new Capacity(65_536, 0),
                map.sequence(),
                map.digest().live(),
                map.digest().checksum(),
                changes,
                List.of());
    }

    private static Entry entry(int invoker, int slot, State state, long epoch) {
        return new Entry(
                new NamespaceName("tenant" + invoker % 1000),
                new InstanceId("i" + invoker + "-" + slot),
                new Epoch(epoch),
                state,
                state == State.GONE ? Optional.of(Ending.FINISHED) : Optional.empty(),
                "100.64.0.1",
                65433,
                new InvokerId(invoker),
                ACTIVATION,
                0,
                Optional.empty(),
                Optional.empty());
    }

    private static final ActivationId ACTIVATION = new ActivationId("0".repeat(32));

    static void run(PrintStream out) {
        for (int entries : new int[] {10_000, 100_000, 1_000_000}) {
            var result = measure(entries);
            out.println(String.format(
                    java.util.Locale.ROOT,
                    "%d invokers, %d entries: %.0f changes/s, %.2f us a change (its share of 1 heartbeat/s from each"
                            + " invoker included), %d directory messages in %d s",
                    result.invokers(),
                    result.entries(),
                    result.changesPerSecond(),
                    result.microsPerChange(),
                    result.messagesSent(),
                    SECONDS - WARM_UP_SECONDS));
        }
    }
}
