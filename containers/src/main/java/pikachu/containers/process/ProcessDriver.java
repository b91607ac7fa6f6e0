package pikachu.containers.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Reach;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.containers.host.Trees;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.Endpoint;

/**
 * Containers as process groups. Each is started by {@link Launcher}, found again by {@link Members} and ended by {@link
 * Killing}. A number is taken from before anything is made for it until nothing is left of it, and stays taken if
 * something survives.
 */
public final class ProcessDriver implements ContainerDriver {
    private static final long REAP_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long REAP_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final RunFolder runFolder;
    private final Identity identity;
    private final Reach reach;
    private final Members members;
    private final Launcher launcher;
    private final NamespaceGroups groups = new NamespaceGroups();

    /** By number; empty while one is being started. */
    private final Map<Integer, Optional<Container>> containers = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /** The slice and the folder stay the caller's, to be closed after this driver. */
    public ProcessDriver(Slice slice, RunFolder runFolder, Identity identity) {
        this.runFolder = runFolder;
        this.identity = identity;
        this.reach = new Reach(identity);
        this.members = new Members(identity, slice.number());
        this.launcher = new Launcher(identity, reach, members);
        requireIdentity();
    }

    /** Not every root may become any user; that is better known now than at the first invocation. */
    private void requireIdentity() {
        if (!launcher.runAs(0, List.of("/bin/true"))) {
            launcher.close();
            throw new ContainerFailure("setpriv (util-linux 2.33 or later) could not run a program as user "
                    + identity.user(0) + " without privileges: start the platform as an ordinary user");
        }
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public List<String> notHeld() {
        return Restrictions.notHeld(identity);
    }

    @Override
    public Container start(ContainerSpec spec) {
        requireRunnable(spec);
        reserve(spec.number());
        var container = launch(spec);
        containers.put(spec.number(), Optional.of(container));
        if (closed) {
            container.close();
            throw new ContainerFailure("The process driver is closed");
        }
        return container;
    }

    private void requireRunnable(ContainerSpec spec) {
        if (spec.number() < 0 || spec.number() >= Slice.CONTAINERS) {
            throw new ContainerFailure(
                    "A container's number is from 0 to " + (Slice.CONTAINERS - 1) + ", not " + spec.number());
        }
        if (spec.endpoint() instanceof Endpoint.Enclosed) {
            throw new ContainerFailure("The process driver cannot enter the network namespace of "
                    + spec.endpoint().address() + ": use it with the loopback network");
        }
        var arguments = spec.command().arguments();
        try {
            if (arguments.isEmpty() || !reach.canRun(Path.of(arguments.getFirst()))) {
                throw new ContainerFailure("The function's user cannot run the runtime's program: " + arguments);
            }
        } catch (IOException missing) {
            throw new ContainerFailure("The runtime's program is not there: " + arguments, missing);
        }
    }

    private void reserve(int number) {
        if (closed) {
            throw new ContainerFailure("The process driver is closed");
        }
        if (containers.putIfAbsent(number, Optional.empty()) != null) {
            throw new ContainerFailure("Container number " + number + " is in use: close that container first");
        }
    }

    private Container launch(ContainerSpec spec) {
        var folder = ContainerFolder.of(runFolder.path(), spec.number());
        int group = identity.group(groups.enter(spec.namespace()));
        try {
            return launcher.launch(spec, folder, group, process -> end(spec, folder, process));
        } catch (RuntimeException failure) {
            giveBack(spec, folder);
            throw failure;
        }
    }

    private void end(ContainerSpec spec, ContainerFolder folder, Process process) {
        int number = spec.number();
        // before the first kill: a child whose parent has ended belongs to nobody's descent any more
        var kin = members.kin(number, process);
        Killing.group(process);
        kin.forEach(ProcessHandle::destroyForcibly);
        Killing.untilGone(() -> search(number, process, kin), () -> killAllOf(number), "container " + number);
        awaitReaped(number);
        giveBack(spec, folder);
    }

    /**
     * The next container of this number has the same user, and zombies count against the user's limit of processes. Init
     * reaps them when it comes to it; after a while we go on, since they hold nothing else.
     */
    private void awaitReaped(int number) {
        if (identity instanceof Identity.PerContainer users) {
            long deadline = System.nanoTime() + REAP_NANOS;
            while (ProcessTable.hasZombie(users.user(number)) && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(REAP_PAUSE_NANOS);
            }
        }
    }

    private void giveBack(ContainerSpec spec, ContainerFolder folder) {
        folder.remove();
        groups.leave(spec.namespace());
        containers.remove(spec.number());
    }

    private Killing.Found search(int number, Process process, List<ProcessHandle> kin) {
        var listing = ProcessTable.running();
        var left = members.of(listing, number, process, kin);
        return switch (identity) {
            case Identity.PerContainer _ -> new Killing.Found(left, listing.isComplete());
            case Identity.Shared _ -> new Killing.Found(left, listing.isCurrent());
        };
    }

    /**
     * Sent by the container's own user to all that it may reach, its own: nobody can fork away from that. Where all
     * share one user there is no such stroke, and the search must do.
     */
    private boolean killAllOf(int number) {
        return switch (identity) {
            case Identity.PerContainer users ->
                launcher.runAs(number, List.of("/bin/sh", "-c", "kill -KILL -1 2>/dev/null; true"));
            case Identity.Shared self -> true;
        };
    }

    @Override
    public List<String> sweep() {
        var found = new TreeMap<Long, Integer>();
        Killing.untilGone(
                () -> {
                    var listing = ProcessTable.running();
                    var left = strangers(listing);
                    left.forEach(member -> found.put(member.pid(), member.container()));
                    return new Killing.Found(
                            left.stream().map(Members.Member::pid).toList(), listing.isCurrent());
                },
                () -> Set.copyOf(found.values()).stream()
                        .filter(number -> !containers.containsKey(number))
                        .allMatch(this::killAllOf),
                "an earlier run");
        var sentences = new ArrayList<String>();
        found.forEach((pid, container) ->
                sentences.add("Killed process " + pid + " of container " + container + " of an earlier run."));
        sentences.addAll(sweepFolders());
        return sentences;
    }

    private List<Members.Member> strangers(ProcessTable.Listing listing) {
        return members.ofSlice(listing).stream()
                .filter(member -> !containers.containsKey(member.container()))
                .toList();
    }

    private List<String> sweepFolders() {
        var found = new ArrayList<String>();
        try (var folders = Files.newDirectoryStream(runFolder.path(), "c[0-9]*")) {
            for (var folder : folders) {
                int number = Integer.parseInt(folder.getFileName().toString().substring(1));
                if (!containers.containsKey(number)) {
                    Trees.remove(folder);
                    found.add("Removed " + folder + " of an earlier run.");
                }
            }
        } catch (IOException failure) {
            throw new ContainerFailure("Could not list " + runFolder.path(), failure);
        }
        return found;
    }

    @Override
    public void close() {
        closed = true;
        var failure = new ContainerFailure("Some containers could not be ended");
        for (var container : List.copyOf(containers.values())) {
            try {
                container.ifPresent(Container::close);
            } catch (ContainerFailure survivor) {
                failure.addSuppressed(survivor);
            }
        }
        launcher.close();
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
