package pikachu.server.invoker;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * The namespaces that have containers on this invoker, each with the folder in which functions read its directory. A
 * folder's files are written on the invoker's loop, so that they are never older than what the loop has said; the folder
 * lies in the run folder, in memory where the machine keeps that there. Changes wait for {@link #write}, so that a turn of
 * the loop costs a few writes and not one a change. A write that fails is logged and healed by a later one. Owned by the
 * loop.
 */
final class NamespaceFolders {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceFolders.class);

    private static final long TICK_MS = 20;

    private final Path root;
    private final Consumer<InvokerEvent> events;
    private final Map<NamespaceName, Hosted> hosted = new HashMap<>();
    /** Those that have something to write. */
    private final List<Hosted> changed = new ArrayList<>();

    private boolean isLost;
    private long tickedMs;

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
            return known.get().folder;
        }
        var folder = new DirectoryFolder(root, namespace, Readers.EVERYBODY, InstantSource.system());
        hosted.put(namespace, new Hosted(folder));
        events.accept(new InvokerEvent.NamespaceHosted(namespace));
        return folder;
    }

    void add(HostedContainer container) {
        Optional.ofNullable(hosted.get(container.key().namespace())).ifPresent(home -> home.containers.add(container));
    }

    void remove(HostedContainer container) {
        var namespace = container.key().namespace();
        Optional.ofNullable(hosted.get(namespace)).ifPresent(home -> home.containers.remove(container));
        leaveIfEmpty(namespace);
    }

    void leaveIfEmpty(NamespaceName namespace) {
        var home = hosted.get(namespace);
        if (home != null && home.containers.isEmpty()) {
            hosted.remove(namespace);
            events.accept(new InvokerEvent.NamespaceLeft(namespace));
            write(home.folder, DirectoryFolder::close);
        }
    }

    /** These are new or have changed, for the next {@link #write}; of one instance the last counts. */
    void show(NamespaceName namespace, List<Entry> entries) {
        var home = hosted.get(namespace);
        if (home != null) {
            if (home.waiting.isEmpty()) {
                changed.add(home);
            }
            entries.forEach(entry -> home.waiting.put(entry.id(), entry));
        }
    }

    /** This is the whole directory, the changes that wait included. */
    void showAll(NamespaceName namespace, List<Entry> entries) {
        var home = hosted.get(namespace);
        if (home != null) {
            changed.remove(home);
            home.waiting.clear();
            show(home, entries, folder -> folder.showAll(entries));
        }
    }

    /** Lets functions see what has been shown. */
    void write() {
        for (var home : changed) {
            var entries = List.copyOf(home.waiting.values());
            home.waiting.clear();
            show(home, entries, folder -> folder.show(entries));
        }
        changed.clear();
    }

    private void show(Hosted home, List<Entry> entries, Consumer<DirectoryFolder> work) {
        write(home.folder, work);
        for (var container : home.containers) {
            var channel = container.channel();
            if (channel.isPresent()) {
                channel.get().push(entries);
            }
        }
    }

    void tick(long nowMs) {
        if (nowMs - tickedMs >= TICK_MS) {
            tickedMs = nowMs;
            hosted.values().forEach(home -> write(home.folder, DirectoryFolder::tick));
        }
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

    private static final class Hosted {
        final DirectoryFolder folder;
        final Set<HostedContainer> containers = new HashSet<>();
        final Map<InstanceId, Entry> waiting = new LinkedHashMap<>();

        Hosted(DirectoryFolder folder) {
            this.folder = folder;
        }
    }
}
