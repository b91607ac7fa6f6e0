package pikachu.containers.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pikachu.core.containers.ContainerFailure;

/**
 * Who runs on this machine, read from /proc. A process that ends while we read is left out; its child may then stand
 * behind where we read. So the numbers given meanwhile are read too, until there are no more: whoever lives was there
 * before, or is a child of one who was, and has one of those numbers.
 */
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");

    /** A status is about 1,500 bytes, unless its process has hundreds of groups. */
    private static final int STATUS = 8192;

    /** More than these come from a fork bomb or from numbers that began anew; neither is to be followed. */
    private static final int LATECOMERS = 1024;

    private static final int ROUNDS = 32;

    private ProcessTable() {}

    /** @param user the real one: the owner of /proc/PID is root's for a process that made itself undumpable */
    record Entry(long pid, long parent, long session, long user) {}

    /** @param last the number given last at its end; -1 if it is not complete, so that an absence proves nothing */
    record Listing(List<Entry> entries, long last) {
        boolean isComplete() {
            return last >= 0;
        }

        /** Complete still: for who reads on about a process after the listing, when it may have left a child. */
        boolean isCurrent() {
            return last == lastCreated();
        }
    }

    static Listing running() {
        long before = lastCreated();
        var entries = new ArrayList<Entry>();
        var buffer = new byte[STATUS];
        try (var folders = Files.newDirectoryStream(PROC, ProcessTable::isProcess)) {
            for (var folder : folders) {
                entry(folder.getFileName().toString(), buffer).ifPresent(entries::add);
            }
        } catch (IOException | DirectoryIteratorException failure) {
            throw new ContainerFailure("Could not list /proc, without which no container can be ended", failure);
        }
        return new Listing(entries, addLatecomers(entries, before, buffer));
    }

    /** -1 when it gave up. A number is given before its process is shown, but then the parent lives and was seen. */
    private static long addLatecomers(List<Entry> entries, long before, byte[] buffer) {
        long seen = before;
        for (int round = 0; round < ROUNDS; round++) {
            long last = lastCreated();
            if (last == seen) {
                return last;
            }
            if (last < seen || last - before > LATECOMERS) {
                return -1;
            }
            for (long pid = seen + 1; pid <= last; pid++) {
                entry(Long.toString(pid), buffer).ifPresent(entries::add);
            }
            seen = last;
        }
        return -1;
    }

    /** The number given last, to a process or a thread, anywhere on the machine; they rise until they begin anew. */
    private static long lastCreated() {
        try {
            var load = Files.readString(PROC.resolve("loadavg")).strip();
            return Long.parseLong(load.substring(load.lastIndexOf(' ') + 1));
        } catch (IOException failure) {
            throw new ContainerFailure("Could not read /proc/loadavg", failure);
        }
    }

    /** Whether a zombie of this user is still to be reaped; it counts against the user's limit of processes. */
    static boolean hasZombie(long user) {
        var buffer = new byte[STATUS];
        try (var folders = Files.newDirectoryStream(PROC, ProcessTable::isProcess)) {
            for (var folder : folders) {
                var status = status(folder.getFileName().toString(), buffer);
                if (status.filter(text -> isDead(text) && number(text, "Uid") == user)
                        .isPresent()) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException failure) {
            throw new ContainerFailure("Could not list /proc, without which no container can be ended", failure);
        }
    }

    /** False also for a zombie, or when the number is another's by now. */
    static boolean runs(ProcessHandle handle) {
        return entry(Long.toString(handle.pid()), new byte[STATUS]).isPresent() && handle.isAlive();
    }

    private static boolean isProcess(Path path) {
        char first = path.getFileName().toString().charAt(0);
        return first >= '1' && first <= '9';
    }

    private static Optional<Entry> entry(String pid, byte[] buffer) {
        return status(pid, buffer).flatMap(ProcessTable::parse);
    }

    private static Optional<String> status(String pid, byte[] buffer) {
        try (var file = new FileInputStream("/proc/" + pid + "/status")) {
            int length = file.readNBytes(buffer, 0, buffer.length);
            var status = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            return Optional.of(
                    length < buffer.length
                            ? status
                            : status + new String(file.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Empty for a mere thread, and for a zombie: it holds nothing any more, unless threads of it live on. */
    static Optional<Entry> parse(String status) {
        long pid = number(status, "Pid");
        return isDead(status) || number(status, "Tgid") != pid
                ? Optional.empty()
                : Optional.of(new Entry(pid, number(status, "PPid"), number(status, "NSsid"), number(status, "Uid")));
    }

    private static boolean isDead(String status) {
        char state = field(status, "State").charAt(0);
        return (state == 'Z' || state == 'X') && number(status, "Threads") < 2;
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
