package pikachu.containers.process;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import pikachu.containers.host.Interpreters;
import pikachu.containers.host.Reach;
import pikachu.containers.host.Staging;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.ContainerSpec.Folders;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.names.NamespaceName;

/** What a container costs here: prints milliseconds, min, median and p90 of 40 runs after 10. */
final class Timings {
    private static final int RUNS = 50;
    private static final int WARM = 10;

    private Timings() {}

    /** Argument: the folder with proxy.py. */
    public static void main(String[] arguments) throws Exception {
        try (var ground = Ground.take();
                var driver = ground.driver()) {
            var proxies = new Staging(ground.runFolder()).stage("python", Path.of(arguments[0]), ".py");
            var python =
                    Interpreters.find(new Reach(ground.identity()), List.of()).of("python:3");
            var folders = new Folders(
                    Files.createDirectory(ground.path().resolve("directory")),
                    Files.createDirectory(ground.path().resolve("channel")),
                    Map.of());
            var proxy = python.command(List.of("-S", "-E", "-I"), proxies.resolve("proxy.py"));
            measure(driver, folders, new RuntimeCommand("true", List.of("/bin/true")), false);
            measure(driver, folders, proxy, true);
        }
    }

    private static void measure(ProcessDriver driver, Folders folders, RuntimeCommand command, boolean listens)
            throws Exception {
        var started = new double[RUNS];
        var up = new double[RUNS];
        var gone = new double[RUNS];
        for (int run = 0; run < RUNS; run++) {
            var spec = new ContainerSpec(
                    1, new NamespaceName("guest"), command, new Endpoint.OnHost("127.64.0.1"), folders, 256, Map.of());
            long begin = System.nanoTime();
            try (var container = driver.start(spec)) {
                started[run] = millis(begin);
                if (listens) {
                    while (!connects(container.control())) {
                        LockSupport.parkNanos(200_000);
                    }
                } else {
                    container.exited().get(10, TimeUnit.SECONDS);
                }
                up[run] = millis(begin);
                begin = System.nanoTime();
            }
            gone[run] = millis(begin);
        }
        print(command.kind() + " start() returns", started);
        print(command.kind() + (listens ? " listens" : " ran and its exit was seen"), up);
        print(command.kind() + " close() of it", gone);
    }

    private static boolean connects(SocketAddress address) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(address);
        } catch (SocketException notYet) {
            return false;
        }
    }

    private static double millis(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static void print(String what, double[] all) {
        var sorted = Arrays.stream(all).skip(WARM).sorted().toArray();
        System.out.printf(
                "%-40s min %.2f median %.2f p90 %.2f%n",
                what, sorted[0], sorted[sorted.length / 2], sorted[sorted.length * 9 / 10]);
    }
}
