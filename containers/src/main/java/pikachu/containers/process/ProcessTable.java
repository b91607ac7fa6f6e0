package pikachu.containers.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pikachu.core.containers.ContainerFailure;

/** Who runs on this machine, read from /proc. A process that ends while we read is left out. */
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");

    private ProcessTable() {}

    /** @param user the real one: the owner of /proc/PID is root's for a process that made itself undumpable */
    record Entry(long pid, long parent, long session, long user) {}

    static List<Entry> running() {
        var entries = new ArrayList<Entry>();
        try (var folders = Files.newDirectoryStream(PROC, ProcessTable::isProcess)) {
            for (var folder : folders) {
                entry(folder).ifPresent(entries::add);
            }
        } catch (IOException | DirectoryIteratorException failure) {
            throw new ContainerFailure("Could not list /proc, without which no container can be ended", failure);
        }
        return entries;
    }

    /** The number of the process created last, anywhere on the machine. */
    static String lastCreated() {
        try {
            var load = Files.readString(PROC.resolve("loadavg")).strip();
            return load.substring(load.lastIndexOf(' ') + 1);
        } catch (IOException failure) {
            throw new ContainerFailure("Could not read /proc/loadavg", failure);
        }
    }

    /** False also for a zombie, or when the number is another's by now. */
    static boolean runs(ProcessHandle handle) {
        return entry(PROC.resolve(Long.toString(handle.pid()))).isPresent() && handle.isAlive();
    }

    private static boolean isProcess(Path path) {
        char first = path.getFileName().toString().charAt(0);
        return first >= '1' && first <= '9';
    }

    private static Optional<Entry> entry(Path folder) {
        try {
            return parse(Files.readString(folder.resolve("status"), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Empty for a zombie: it holds nothing any more, unless threads of it live on. */
    static Optional<Entry> parse(String status) {
        char state = field(status, "State").charAt(0);
        boolean dead = (state == 'Z' || state == 'X') && number(status, "Threads") < 2;
        return dead
                ? Optional.empty()
                : Optional.of(new Entry(
                        number(status, "Pid"), number(status, "PPid"), number(status, "NSsid"), number(status, "Uid")));
    }

    private static long number(String status, String name) {
        var digits = field(status, name);
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    /** The first word of a line; the name of a process cannot pass for a line, its line feeds are escaped. */
    private static String field(String status, String name) {
        int start = status.indexOf("\n" + name + ":\t") + name.length() + 3;
        int end = start;
        while (end < status.length() && !Character.isWhitespace(status.charAt(end))) {
            end++;
        }
        return status.substring(start, end);
    }

    /** A variable of the environment with which the process was started; empty too if we may not read it. */
    static Optional<String> variable(long pid, String name) {
        try {
            var path = PROC.resolve(pid + "/environ");
            var environment = "\0" + Files.readString(path, StandardCharsets.ISO_8859_1);
            int found = environment.indexOf("\0" + name + "=");
            if (found < 0) {
                return Optional.empty();
            }
            int start = found + name.length() + 2;
            int end = environment.indexOf('\0', start);
            return Optional.of(environment.substring(start, end < 0 ? environment.length() : end));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
