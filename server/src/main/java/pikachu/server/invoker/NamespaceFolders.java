package pikachu.server.invoker;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.directory.files.Readers;
import pikachu.core.instances.Entry;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.names.NamespaceName;

/**
 * The namespaces that have containers on this invoker, each with the folder in which functions read its directory. A
 * folder's files are written on the invoker's loop, so that they are never older than what the loop has said; the folder
 * lies in the run folder, in memory where the machine keeps that there. A write that fails is logged and healed by a later
 * one. Owned by the loop.
 */
final class NamespaceFolders {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceFolders.class);

    private final Path root;
    private final Consumer<InvokerEvent> events;
    private final Map<NamespaceName, Hosted> hosted = new HashMap<>();
    private boolean isLost;

    NamespaceFolders(Path root, Consumer<InvokerEvent> events) {
        this.root = root;
        this.events = events;
    }

    /**
     * The folder of a namespace of which a container is about to be made; {@link #leaveIfEmpty} if it is not.
     *
     * @throws UncheckedIOException when it cannot be made
     */
    DirectoryFolder enter(NamespaceName namespace) {
        var known = Optional.ofNullable(hosted.get(namespace));
        if (known.isPresent()) {
            return known.get().folder();
        }
        var folder = new DirectoryFolder(root, namespace, Readers.EVERYBODY, InstantSource.system());
        hosted.put(namespace, new Hosted(folder, new HashSet<>()));
        events.accept(new InvokerEvent.NamespaceHosted(namespace));
        return folder;
    }

    void add(HostedContainer container) {
        Optional.ofNullable(hosted.get(container.key().namespace()))
                .ifPresent(home -> home.containers().add(container));
    }

    void remove(HostedContainer container) {
        var namespace = container.key().namespace();
        Optional.ofNullable(hosted.get(namespace))
                .ifPresent(home -> home.containers().remove(container));
        leaveIfEmpty(namespace);
    }

    void leaveIfEmpty(NamespaceName namespace) {
        var home = hosted.get(namespace);
        if (home != null && home.containers().isEmpty()) {
            hosted.remove(namespace);
            events.accept(new InvokerEvent.NamespaceLeft(namespace));
            write(home.folder(), DirectoryFolder::close);
        }
    }

    void show(NamespaceName namespace, List<Entry> changed) {
        show(namespace, changed, folder -> folder.show(changed));
    }

    void showAll(NamespaceName namespace, List<Entry> entries) {
        show(namespace, entries, folder -> folder.showAll(entries));
    }

    private void show(NamespaceName namespace, List<Entry> entries, Consumer<DirectoryFolder> work) {
        Optional.ofNullable(hosted.get(namespace)).ifPresent(home -> {
            write(home.folder(), work);
            home.containers().forEach(container -> container.channel().ifPresent(channel -> channel.push(entries)));
        });
    }

    void tick() {
        hosted.values().forEach(home -> write(home.folder(), DirectoryFolder::tick));
    }

    private void write(DirectoryFolder folder, Consumer<DirectoryFolder> work) {
        try {
            work.accept(folder);
            if (isLost) {
                LOG.info("event=directory_is_back folder={}", folder.path());
                isLost = false;
            }
        } catch (UncheckedIOException e) {
            if (!isLost) {
                LOG.error("event=directory_lost reason=\"{}\"", e.getMessage());
                isLost = true;
            }
        }
    }

    private record Hosted(DirectoryFolder folder, Set<HostedContainer> containers) {}
}
