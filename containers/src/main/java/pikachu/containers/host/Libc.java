package pikachu.containers.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import pikachu.core.containers.ContainerFailure;

/**
 * The few calls of the C library that Java has no words for: a lock that dies with its holder (a bound abstract
 * socket), signals to a process group, named pipes. Needs {@code --enable-native-access}; Linux on any 64-bit machine.
 */
public final class Libc {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SIGKILL = 9;
    private static final int ESRCH = 3;
    private static final int EADDRINUSE = 98;

    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT);
    private static final MethodHandle KILL = handle("kill", JAVA_INT, JAVA_INT);
    private static final MethodHandle MKFIFO = handle("mkfifo", ADDRESS, JAVA_INT);
    private static final MethodHandle GETEUID = handle("geteuid");
    private static final MethodHandle GETEGID = handle("getegid");

    private Libc() {}

    public static int user() {
        return call(GETEUID);
    }

    public static int group() {
        return call(GETEGID);
    }

    /** Sends SIGKILL; false when there is no such process. */
    public static boolean kill(long pid) {
        return signal(pid, pid);
    }

    /** Sends SIGKILL to the process group that {@code leader} leads or led; false when it has no member. */
    public static boolean killGroup(long leader) {
        return signal(leader, -leader);
    }

    /** 0, -1 and init mean other things to kill(2) than a process: a wrong number must never reach it. */
    private static boolean signal(long pid, long target) {
        if (pid < 2 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Not a process that may be killed: " + pid);
        }
        int result = call(KILL, (int) target, SIGKILL);
        if (result < 0 && result != -ESRCH) {
            throw new ContainerFailure("kill(" + target + ", SIGKILL) failed with errno " + -result);
        }
        return result == 0;
    }

    /** Makes a named pipe that its owner alone may open. */
    public static void makePipe(Path path) {
        try (var arena = Arena.ofConfined()) {
            int result = call(MKFIFO, arena.allocateFrom(path.toString()), 0600);
            if (result < 0) {
                throw new ContainerFailure("mkfifo(" + path + ") failed with errno " + -result);
            }
        }
    }

    /** Binds the abstract Unix socket {@code @name}; its descriptor, or -1 when somebody holds that name. */
    static int bindAbstract(String name) {
        int descriptor = call(SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
        if (descriptor < 0) {
            throw new ContainerFailure("socket(AF_UNIX) failed with errno " + -descriptor);
        }
        int result = bind(descriptor, name.getBytes(StandardCharsets.US_ASCII));
        if (result == 0) {
            return descriptor;
        }
        close(descriptor);
        if (result == -EADDRINUSE) {
            return -1;
        }
        throw new ContainerFailure("bind(@" + name + ") failed with errno " + -result);
    }

    private static int bind(int descriptor, byte[] name) {
        try (var arena = Arena.ofConfined()) {
            // sockaddr_un: the family, then a path whose first byte is 0; the length says where the name ends
            int length = Short.BYTES + 1 + name.length;
            var address = arena.allocate(length, Short.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, Short.BYTES + 1, name.length);
            return call(BIND, descriptor, address, length);
        }
    }

    static void close(int descriptor) {
        call(CLOSE, descriptor);
    }

    /** The call's result, or its errno negated. */
    private static int call(MethodHandle function, Object... arguments) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            var all = new Object[arguments.length + 1];
            all[0] = state;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            int result = (int) function.invokeWithArguments(Arrays.asList(all));
            return result < 0 ? -state.get(JAVA_INT, 0) : result;
        } catch (Throwable unexpected) {
            throw new ContainerFailure("Could not call the C library", unexpected);
        }
    }

    private static MethodHandle handle(String name, MemoryLayout... parameters) {
        var linker = Linker.nativeLinker();
        try {
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(JAVA_INT, parameters),
                    Linker.Option.captureCallState("errno"));
        } catch (IllegalCallerException denied) {
            throw new ContainerFailure("Start Java with --enable-native-access=ALL-UNNAMED", denied);
        }
    }
}
