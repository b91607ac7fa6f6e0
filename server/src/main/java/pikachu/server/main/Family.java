package pikachu.server.main;

import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import pikachu.core.containers.RuntimeCommand;

/** A language whose actions this machine can run: which versions it has, and how their runtimes are started. */
interface Family {
    /** {@code python}. */
    String name();

    /** Newest first, or the one that is meant by default; never empty. */
    List<String> versions();

    /** A line for the user on each version. */
    List<String> describe();

    /** How each kind is started on this host in so many MB, from copies that its functions' users can read. */
    Map<String, IntFunction<RuntimeCommand>> commands(Host host);
}
