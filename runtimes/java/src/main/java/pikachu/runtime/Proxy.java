package pikachu.runtime;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import pikachu.runtime.action.ActionRuntime;
import pikachu.runtime.http.Server;

/**
 * Pikachu's Java runtime: the action proxy's entry point.
 *
 * <p>It listens first and loads everything else afterwards: the invoker connects meanwhile, and the kernel's backlog holds
 * its request. See README.md for the command line and docs/formats/runtime.md for the protocol.
 */
public final class Proxy {
    private static final String USAGE = "usage: java -jar runtime-java.jar [--unix PATH | --tcp HOST:PORT | --train]";
    private static final int BACKLOG = 128;

    /** The mode's bits that say what kind of file it is, and the value for a socket. */
    private static final int TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private Proxy() {}

    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (StartFailure failure) {
            System.err.println(failure.getMessage());
            Runtime.getRuntime().halt(1);
        } catch (Exception failure) {
            System.err.println("pikachu: " + failure);
            Runtime.getRuntime().halt(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals("--train")) {
            Training.run();
            return;
        }
        var listener = listen(arguments);
        detachStandardInput();
        new Server(listener, ActionRuntime.start()).serve();
    }

    private static ServerSocketChannel listen(String[] arguments) {
        var given = arguments.length == 0 ? new String[] {"--tcp", "0.0.0.0:8080"} : arguments;
        if (given.length != 2 || !(given[0].equals("--unix") || given[0].equals("--tcp"))) {
            throw new StartFailure(USAGE);
        }
        try {
            return given[0].equals("--unix") ? listenUnix(Path.of(given[1])) : listenTcp(given[1]);
        } catch (IOException | RuntimeException problem) {
            throw new StartFailure("pikachu: cannot listen on " + given[0] + " " + given[1] + ": "
                    + (problem.getMessage() == null ? problem : problem.getMessage()));
        }
    }

    static ServerSocketChannel listenUnix(Path path) throws IOException {
        if (isSocket(path)) {
            // a restarted container finds its predecessor's; anything else is not ours to delete
            Files.delete(path);
        }
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path), BACKLOG);
        return listener;
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && ((Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & TYPE) == SOCKET;
    }

    private static ServerSocketChannel listenTcp(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("not HOST:PORT");
        }
        var host = InetAddress.getByName(address.substring(0, colon));
        var listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))), BACKLOG);
        return listener;
    }

    /**
     * A function that reads its standard input gets end of file, not the invoker's pipe. The JDK does not close
     * descriptors 0 to 2 but makes them /dev/null, so that a child process finds end of file too.
     */
    private static void detachStandardInput() throws IOException {
        new FileInputStream(FileDescriptor.in).close();
        System.setIn(InputStream.nullInputStream());
    }

    /** Says by itself why the proxy cannot start; a stack trace would only hide it. */
    static final class StartFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        StartFailure(String message) {
            super(message);
        }
    }
}
