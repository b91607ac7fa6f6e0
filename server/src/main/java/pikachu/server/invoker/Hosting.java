package pikachu.server.invoker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.activations.JsonText;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.instances.State;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.messages.HealthMessage.Traffic;

/** Makes a container's surroundings and starts it: what it is told, what it sees of the host, how it can speak. */
final class Hosting {
    private final InvokerSettings settings;
    private final Consumer<InvokerEvent> events;

    Hosting(InvokerSettings settings, Consumer<InvokerEvent> events) {
        this.settings = settings;
        this.events = events;
    }

    /**
     * @throws ContainerFailure when it could not be started; then nothing is left of it but what {@code close} removes
     */
    void start(HostedContainer hosted, Job job) {
        var spec = new ContainerSpec(
                hosted.number(),
                job.activation().caller().namespace(),
                command(job.activation().action().kind()),
                hosted.endpoint(),
                new ContainerSpec.Folders(hosted.directory().path(), channelFolder(hosted), settings.volumes()),
                job.memoryMb(),
                Map.of("__OW_API_HOST", settings.apiHost()));
        // The driver opens the channel's socket to the container, so it has to be there first.
        var channel = new Channel(
                spec.folders().channel(),
                new Ear(hosted),
                () -> hosted.directory().entries());
        try {
            channel.bind();
            hosted.started(settings.driver().start(spec), channel);
        } catch (UncheckedIOException e) {
            channel.close();
            throw new ContainerFailure("Could not listen on the channel of container " + hosted.number() + ".", e);
        } catch (ContainerFailure e) {
            channel.close();
            throw e;
        }
    }

    private RuntimeCommand command(String kind) {
        return Optional.ofNullable(settings.runtimes().get(kind))
                .orElseThrow(() -> new ContainerFailure("This invoker has no runtime of kind " + kind + ", only "
                        + settings.runtimes().keySet() + ". Install it or update the action."));
    }

    private Path channelFolder(HostedContainer hosted) {
        var folder = settings.folder().resolve("channels").resolve("" + hosted.number());
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ContainerFailure("Could not make the channel folder " + folder + ".", e);
        }
    }

    /** Hears what a function says of itself and tells the loop, in the name of the activation that runs there. */
    private final class Ear implements Channel.Listener {
        private final HostedContainer hosted;

        Ear(HostedContainer hosted) {
            this.hosted = hosted;
        }

        @Override
        public void said(Optional<State> state, Optional<JsonText> attributes) {
            hosted.served().ifPresent(id -> events.accept(new InvokerEvent.Said(id, state, attributes)));
        }

        @Override
        public void counted(Channel.Counts counts) {
            hosted.served()
                    .ifPresent(id -> events.accept(new InvokerEvent.Counted(List.of(new Traffic(
                            id,
                            counts.messagesSent(),
                            counts.bytesSent(),
                            counts.messagesReceived(),
                            counts.bytesReceived())))));
        }
    }
}
