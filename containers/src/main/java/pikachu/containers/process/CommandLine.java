package pikachu.containers.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import pikachu.containers.host.Identity;
import pikachu.core.containers.ContainerFailure;
import pikachu.core.containers.ContainerSpec;

/**
 * How a runtime's process is started: setsid gives it a session and group to be killed by, setpriv another user and no
 * way back, and then, as that user already, a shell sets its limits and becomes the runtime. Nothing is pasted into the
 * shell's script; the command reaches it as arguments.
 */
final class CommandLine {
    /** Processes and threads of one container; only a user of its own can be limited alone. */
    private static final int PROCESSES = 512;

    private static final int OPEN_FILES = 16384;

    /** bash calls the limit of processes -u, dash -p. Short of memory, the kernel is to take functions first. */
    private static final String SCRIPT = """
            umask 077
            ulimit -c 0
            ulimit -n %d 2>/dev/null
            [ "$1" = - ] || ulimit -u "$1" 2>/dev/null || ulimit -p "$1"
            shift
            echo 500 2>/dev/null >/proc/self/oom_score_adj
            unset PWD OLDPWD SHLVL
            exec "$@"
            """.formatted(OPEN_FILES);

    /**
     * setsid and setpriv still run as root, and the loader, the C library and shells let themselves be led by
     * variables: only names that mean nothing to any of these pass.
     */
    private static final Pattern HARMLESS = Pattern.compile("(__OW_|PIKACHU_|PYTHON|NODE_|JAVA_|JDK_)[A-Za-z0-9_]*");

    private final Identity identity;
    private final String setsid = tool("setsid");
    private final String setpriv = tool("setpriv");

    CommandLine(Identity identity) {
        this.identity = identity;
    }

    List<String> of(ContainerSpec spec, int group, Path control) {
        var line = new ArrayList<String>();
        line.add(setsid);
        line.addAll(become(spec.number(), group));
        line.addAll(List.of("/bin/sh", "-c", SCRIPT, "sh", limitOfProcesses()));
        line.addAll(spec.command().arguments());
        line.addAll(List.of("--unix", control.toString()));
        return line;
    }

    /** What runs a command as the container's user, until our starting thread ends. */
    List<String> become(int container, int group) {
        var line = new ArrayList<String>();
        line.add(setpriv);
        line.addAll(identity.arguments(container, group));
        line.addAll(List.of("--pdeathsig", "KILL"));
        return line;
    }

    private String limitOfProcesses() {
        return switch (identity) {
            case Identity.PerContainer _ -> Integer.toString(PROCESSES);
            case Identity.Shared _ -> "-";
        };
    }

    static Map<String, String> environment(ContainerSpec spec, ContainerFolder folder, String marker) {
        var all = new TreeMap<String, String>();
        spec.environment().forEach((name, value) -> {
            if (!HARMLESS.matcher(name).matches() || name.equals(Members.MARKER)) {
                throw new ContainerFailure("The process driver does not pass the variable " + name
                        + " to a runtime: names begin with __OW_, PIKACHU_, PYTHON, NODE_, JAVA_ or JDK_");
            }
            all.put(name, value);
        });
        all.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        all.put("HOME", folder.home().toString());
        all.put("TMPDIR", folder.temporary().toString());
        all.put("LANG", "C.UTF-8");
        all.put(Members.MARKER, marker);
        return all;
    }

    /** Not from PATH: this runs as root. */
    private static String tool(String name) {
        for (var folder : List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin")) {
            var path = Path.of(folder, name);
            if (Files.isExecutable(path)) {
                return path.toString();
            }
        }
        throw new ContainerFailure("There is no " + name + " on this machine: install util-linux");
    }
}
