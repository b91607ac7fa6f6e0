package pikachu.server.invoker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.activations.JsonText;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.directory.State;
import pikachu.core.loops.InvokerEvent;

/** Makes a container's surroundings and starts it: what it is told, what it sees of the host, how it can speak. */
final class Hosting {
    private final InvokerSettings settings;
    private final Consumer<InvokerEvent> events;

    Hosting(InvokerSettings settings, Consumer<InvokerEvent> events) {
        this.settings = settings;
        this.events = events;
    }

    /** @throws ContainerFailure when it could not be started; then nothing is left of it but what {@code close} removes */
    void start(HostedContainer hosted, Job job) {
        var kind = job.activation().action().kind();
        var command = Optional.ofNullable(settings.runtimes().get(kind))
                .orElseThrow(() -> new ContainerFailure("This invoker has no runtime of kind " + kind + ", only "
                        + settings.runtimes().keySet() + ". Install it or update the action."));
        var folder = settings.folder().resolve("c" + hosted.number());
        var spec = new ContainerSpec(
                hosted.number(),
                job.activation().caller().namespace(),
                command,
                hosted.endpoint(),
                new ContainerSpec.Folders(hosted.directory(), folder, settings.volumes()),
                job.memoryMb(),
                environment());
        hosted.started(settings.driver().start(spec), Optional.empty());
    }

    private Map<String, String> environment() {
        var environment = new HashMap<String, String>();
        environment.put("__OW_API_HOST", settings.apiHost());
        return environment;
    }

    void said(HostedContainer hosted, Optional<State> state, Optional<JsonText> attributes) {
        hosted.served().ifPresent(id -> events.accept(new InvokerEvent.Said(id, state, attributes)));
    }
}
