package pikachu.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.instances.Entry;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Invocations;

/** Answers as it is told, and remembers what it was asked. Unless told otherwise it returns the arguments. */
final class ScriptedInvocations implements Invocations {
    static final ActivationId ID = new ActivationId("0123456789abcdef0123456789abcdef");

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final Map<String, String> invokers = new TreeMap<>(Map.of("invoker0", "up"));
    final Map<ActivationId, String> inFlight = new TreeMap<>(java.util.Comparator.comparing(ActivationId::value));
    private final ConcurrentSkipListMap<InstanceId, Entry> entries = new ConcurrentSkipListMap<>();
    private final List<Consumer<Entry>> listeners = new CopyOnWriteArrayList<>();
    private final boolean isRemembering;

    volatile Function<Request, Answer> script = request -> request.waitMs() == 0
            ? new Answer.Accepted(ID)
            : new Answer.Finished(record(request, Status.SUCCESS, request.arguments()));

    ScriptedInvocations() {
        this(true);
    }

    ScriptedInvocations(boolean isRemembering) {
        this.isRemembering = isRemembering;
    }

    static ActivationRecord record(Request request, Status status, JsonText result) {
        var id = request.instance().isPresent() || request.waitMs() == 0 ? ID : ActivationId.of(UUID.randomUUID());
        var activation = new Activation(
                id,
                0,
                new ControllerId(0),
                request.caller(),
                request.action(),
                request.instance().orElseGet(() -> InstanceId.of(id)),
                Epoch.ofClaim(1, 7),
                Optional.empty(),
                request.acceptedMs(),
                request.waitMs(),
                request.transaction());
        return new ActivationRecord(
                activation,
                1_000,
                1_009,
                status,
                result,
                result.length(),
                List.of("2026-11-23T04:00:00.123456789Z stdout: hello"),
                false,
                OptionalLong.of(3),
                OptionalLong.of(5));
    }

    @Override
    public Answer invoke(Request request) {
        if (isRemembering) {
            requests.add(request);
        }
        return script.apply(request);
    }

    void put(Entry entry) {
        entries.put(entry.id(), entry);
        listeners.forEach(each -> each.accept(entry));
    }

    int watchers() {
        return listeners.size();
    }

    @Override
    public List<Entry> instances(NamespaceName namespace) {
        return entries.values().stream()
                .filter(each -> each.namespace().equals(namespace))
                .toList();
    }

    @Override
    public Optional<Entry> instance(NamespaceName namespace, InstanceId id) {
        return Optional.ofNullable(entries.get(id))
                .filter(each -> each.namespace().equals(namespace));
    }

    @Override
    public AutoCloseable watch(NamespaceName namespace, Consumer<Entry> listener) {
        new ArrayList<>(instances(namespace)).forEach(listener);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Map<String, String> invokers() {
        return invokers;
    }

    @Override
    public Map<ActivationId, String> inFlight() {
        return inFlight;
    }
}
