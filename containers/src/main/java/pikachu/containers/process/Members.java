package pikachu.containers.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import pikachu.containers.host.Identity;
import pikachu.containers.host.Slice;

/**
 * Which processes belong to which container of a slice. With a user per container the user says it, and nobody can put
 * that off. Without, it is a variable that children inherit, the session and the descent: all that a function which
 * does not mean to hide leaves behind.
 */
final class Members {
    /** Carries {@code SLICE.CONTAINER}. */
    static final String MARKER = "PIKACHU_CONTAINER";

    private final Identity identity;
    private final int slice;

    Members(Identity identity, int slice) {
        this.identity = identity;
        this.slice = slice;
    }

    record Member(long pid, int container) {}

    String marker(int container) {
        return slice + "." + container;
    }

    /** All that any container of the slice left, never this process or one that it descends from. */
    List<Member> ofSlice(ProcessTable.Listing listing) {
        var spared = ownLine();
        var members = new ArrayList<Member>();
        for (var entry : listing.entries()) {
            if (!spared.contains(entry.pid())) {
                container(entry).ifPresent(number -> members.add(new Member(entry.pid(), number)));
            }
        }
        return members;
    }

    private static Set<Long> ownLine() {
        var line = new HashSet<Long>();
        for (var next = ProcessHandle.current(); line.add(next.pid()); ) {
            next = next.parent().orElse(next);
        }
        return line;
    }

    private OptionalInt container(ProcessTable.Entry entry) {
        if (identity instanceof Identity.PerContainer users) {
            long number = users.container(entry.user());
            if (number >= 0 && number < Slice.CONTAINERS) {
                return OptionalInt.of((int) number);
            }
        }
        // a predecessor may have been an ordinary user; root's processes are never taken for a function
        return entry.user() == 0 ? OptionalInt.empty() : marked(entry.pid());
    }

    private OptionalInt marked(long pid) {
        var prefix = slice + ".";
        return ProcessTable.variable(pid, MARKER)
                .filter(value -> value.startsWith(prefix))
                .map(value -> value.substring(prefix.length()))
                .filter(number -> number.matches("[0-9]{1,3}"))
                .map(number -> OptionalInt.of(Integer.parseInt(number)))
                .orElse(OptionalInt.empty());
    }

    /**
     * Who must be known before the container's first process is killed, because only descent tells that it is of the
     * container; none where the user tells it. A handle knows when its process was started and so kills no other that
     * got its number: for that it must be older than the search.
     */
    List<ProcessHandle> kin(int container, Process main) {
        if (identity instanceof Identity.PerContainer) {
            return List.of();
        }
        var handles = ProcessHandle.allProcesses().toList();
        var found = of(ProcessTable.running(), container, main);
        return handles.stream().filter(handle -> found.contains(handle.pid())).toList();
    }

    /** What lives of one container and of its kin found earlier. */
    Collection<Long> of(ProcessTable.Listing listing, int container, Process main, List<ProcessHandle> kin) {
        var found = of(listing, container, main);
        kin.stream().filter(ProcessTable::runs).forEach(handle -> found.add(handle.pid()));
        return found;
    }

    /** {@code main} is the process that was started. */
    private Set<Long> of(ProcessTable.Listing listing, int container, Process main) {
        var running = listing.entries();
        var found = new HashSet<Long>();
        if (identity instanceof Identity.PerContainer) {
            int user = identity.user(container);
            running.stream().filter(entry -> entry.user() == user).forEach(entry -> found.add(entry.pid()));
            return found;
        }
        boolean sessionIsOurs = sessionIsOurs(running, main);
        for (var entry : running) {
            if (entry.user() == identity.user(container)
                    && ((sessionIsOurs && entry.session() == main.pid())
                            || marked(entry.pid()).equals(OptionalInt.of(container)))) {
                found.add(entry.pid());
            }
        }
        addDescendants(running, found);
        return found;
    }

    /** Once our process is gone its number may be another's, who leads a session of that number. */
    private static boolean sessionIsOurs(List<ProcessTable.Entry> running, Process main) {
        return main.isAlive() || running.stream().noneMatch(entry -> entry.pid() == main.pid());
    }

    private static void addDescendants(List<ProcessTable.Entry> running, Set<Long> found) {
        boolean grown = true;
        while (grown) {
            grown = false;
            for (var entry : running) {
                grown |= found.contains(entry.parent()) && found.add(entry.pid());
            }
        }
    }
}
