package pikachu.server.invoker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import pikachu.core.activations.JsonText;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.instances.State;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.messages.HealthMessage.Traffic;

/**
 * Makes a container's surroundings and starts it: what it is told, what it sees of the host, how it can speak. Its methods
 * take time and are called on a thread of the container's own.
 */
final class Hosting {
    private final InvokerSettings settings;
    private final Consumer<InvokerEvent> events;

    Hosting(InvokerSettings settings, Consumer<InvokerEvent> events) {
        this.settings = settings;
        this.events = events;
    }

    /** @throws ContainerFailure when its namespace's network has no place for it */
    void attach(HostedContainer hosted) {
        hosted.attached(settings.network().attach(hosted.key().namespace()));
    }

    /**
     * @throws ContainerFailure when it could not be started; then nothing is left of it but what {@code close} removes
     */
    void start(HostedContainer hosted) {
        var key = hosted.key();
        var spec = new ContainerSpec(
                hosted.number(),
                key.namespace(),
                command(key),
                hosted.endpoint().orElseThrow(),
                new ContainerSpec.Folders(hosted.directory().path(), channelFolder(hosted), settings.volumes()),
                key.memoryMb(),
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

    /** @throws ContainerFailure when the runtime does not come to listen; the container is of no use then */
    void connect(HostedContainer hosted) {
        var listenMs = settings.pool().listenMs();
        try {
            hosted.connect(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(listenMs));
        } catch (IOException e) {
            var runtime = "The runtime of kind " + hosted.key().kind();
            throw new ContainerFailure(
                    hosted.exit()
                            .map(exit -> runtime + " exited with code " + exit.code() + " before it listened.")
                            .orElse(runtime + " did not listen within " + listenMs + " ms."),
                    e);
        }
    }

    private RuntimeCommand command(CellKey key) {
        return Optional.ofNullable(settings.runtimes().get(key.kind()))
                .orElseThrow(() -> new ContainerFailure("This invoker has no runtime of kind " + key.kind() + ", only "
                        + settings.runtimes().keySet() + ". Install it or update the action."))
                .apply(key.memoryMb());
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
