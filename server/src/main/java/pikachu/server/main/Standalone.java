package pikachu.server.main;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.backends.sqlite.SqliteStore;
import pikachu.containers.host.Slice;
import pikachu.containers.process.Volumes;
import pikachu.core.bus.Bus;
import pikachu.core.loops.ControllerLogic;
import pikachu.core.loops.InvokerLogic;
import pikachu.core.loops.Timing;
import pikachu.core.memory.InMemoryBus;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.InvokerState;
import pikachu.core.store.Store;
import pikachu.server.api.ApiConfig;
import pikachu.server.api.ApiServer;
import pikachu.server.controller.Controller;
import pikachu.server.controller.Decisions;
import pikachu.server.controller.Subjects;
import pikachu.server.controller.Users;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.ActivationJson;
import pikachu.server.invoker.Invoker;
import pikachu.server.invoker.InvokerSettings;
import pikachu.server.invoker.PoolSettings;
import pikachu.server.invoker.Prewarm;

/**
 * The platform in one process: a store in one file, a bus in memory, one controller, some invokers, the API. Its parts are
 * made from top to bottom in {@link #start} and closed from bottom to top.
 */
final class Standalone implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);
    private static final String LOCAL = "127.0.0.1";
    private static final ControllerId CONTROLLER = new ControllerId(0);
    private static final long READY_MS = 20_000;
    /** Generous, since many may start at once. */
    private static final long LISTEN_MS = 15_000;

    private static final long IDLE_MS = TimeUnit.MINUTES.toMillis(10);

    private final Settings settings;
    private final int port;
    private final Parts parts = new Parts();
    private final Clock clock = new Clock();
    private final List<String> introduction = new ArrayList<>();

    Standalone(Settings settings) {
        this.settings = settings;
        this.port = settings.port() == 0 ? freePort() : settings.port();
    }

    /** Returns once the first request will be answered. */
    void start() throws IOException {
        try {
            requireFree(port);
            makeData();
            var store = parts.add(SqliteStore.open(settings.data()));
            new Subjects(store)
                    .ensure(Subjects.identity(Guest.NAME, new NamespaceName(Guest.NAME), Guest.KEY), clock.getAsLong());
            var hosts = hosts();
            Volumes.check(settings.volumes(), hosts.getFirst().reach());
            var runtimes = Runtimes.find(hosts.getFirst(), settings.home());
            var known = knownInvokers(store, hosts);
            var bus = parts.add(new InMemoryBus(store.journal()));
            var controller = controller(store, bus, known);
            var api = new ApiServer(ApiConfig.local(port, runtimes.kinds()), store, controller, InstantSource.system());
            parts.add(api);
            var prewarm =
                    PrewarmOption.resolve(settings.idle().prewarm(), runtimes.kinds(), new NamespaceName(Guest.NAME));
            var invokers = new ArrayList<Invoker>();
            for (var host : hosts) {
                invokers.add(invoker(host, store, bus, runtimes, prewarm));
            }
            parts.add(controller::stopTaking);
            awaitInvokers(controller, hosts.size());
            api.start();
            if (api.port() != port) {
                throw new StartFailure("The API could not listen on port " + port + ". Choose another with --port.");
            }
            parts.add(new AdminSocket(hosts.getFirst().folder().path(), new Users(store)));
            introduce(hosts.getFirst(), runtimes);
            invokers.forEach(Invoker::prewarm);
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private void closeAfter(Exception why) {
        try {
            close();
        } catch (RuntimeException alsoFailed) {
            why.addSuppressed(alsoFailed);
        }
    }

    private List<Host> hosts() throws IOException {
        var memory = new Slices(settings.data());
        var slices = memory.take(settings.invokers());
        for (var old : slices.leftOver()) {
            sweep(old);
        }
        memory.remember(slices.used());
        return slices.used().stream().map(slice -> parts.add(Host.on(slice))).toList();
    }

    private static void sweep(Slice slice) {
        try (var host = Host.on(slice)) {
            Stream.of(host.driver().sweep(), host.network().sweep())
                    .flatMap(List::stream)
                    .forEach(found -> LOG.info("event=swept slice={} what=\"{}\"", slice.number(), found));
            host.driver().close();
            host.network().close();
        }
    }

    /** Those of the life before too: what it left on the bus for them is placed again. */
    private static Set<InvokerId> knownInvokers(Store store, List<Host> hosts) {
        var known = store.journal().kept().stream()
                .flatMap(kept -> kept.bus().topic().invoker().stream())
                .collect(Collectors.toSet());
        hosts.forEach(host -> known.add(host.invoker()));
        return known;
    }

    private Controller controller(Store store, Bus bus, Set<InvokerId> known) {
        var logic = new ControllerLogic(
                CONTROLLER, bus.generation(), known, Set.of(CONTROLLER), Timing.DEFAULT, new SecureRandom());
        var decisions = new Decisions(store, ActivationJson::stored, clock);
        var controller = parts.add(new Controller(CONTROLLER, bus, logic, decisions, clock));
        controller.start(READY_MS);
        return controller;
    }

    private Invoker invoker(Host host, Store store, Bus bus, Runtimes runtimes, List<Prewarm> prewarm) {
        var memoryMb = settings.memoryMb() / settings.invokers();
        var idle = settings.idle();
        var invoker = new Invoker(
                host.invoker(),
                bus,
                new InvokerLogic(host.invoker(), memoryMb, Timing.DEFAULT, new SecureRandom()),
                new InvokerSettings(
                        host.driver(),
                        host.network(),
                        store,
                        new StoredCode(new ActionStore(store)),
                        ActivationJson::stored,
                        host.folder().path(),
                        runtimes.commands(host),
                        settings.volumes(),
                        new PoolSettings(memoryMb, LISTEN_MS, idle.pauseMs(), IDLE_MS, prewarm, idle.followsDemand()),
                        address()),
                clock);
        parts.add(invoker).start();
        return invoker;
    }

    private static void awaitInvokers(Controller controller, int count) {
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READY_MS);
        var up = InvokerState.UP.text();
        while (controller.invokers().values().stream().filter(up::equals).count() < count) {
            if (System.nanoTime() - deadline > 0) {
                throw new StartFailure(
                        "The invokers did not come up within " + READY_MS + " ms: " + controller.invokers());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StartFailure("Interrupted while the invokers started.", e);
            }
        }
    }

    String address() {
        return "http://" + LOCAL + ":" + port;
    }

    /** What was chosen and why, line by line. */
    List<String> introduction() {
        return List.copyOf(introduction);
    }

    private void introduce(Host host, Runtimes runtimes) {
        introduction.add("data       " + settings.data() + " (actions and records; kept between starts)");
        introduction.add("driver     " + host.driver().name() + ", network "
                + host.network().name() + ": needs nothing but Linux. It does not hold:");
        host.driver().notHeld().forEach(line -> introduction.add("           - " + line));
        runtimes.describe().forEach(line -> introduction.add("kinds      " + line));
        introduction.add("invokers   " + settings.invokers() + ", " + settings.memoryMb()
                + " MB of slots in all (slots are promises; --user-memory changes them)");
        settings.volumes()
                .forEach((name, volume) -> introduction.add(
                        "volume     " + name + " = " + volume.path() + (volume.writable() ? " (read and write)" : "")));
        introduction.add("listens    on " + LOCAL + " only");
        introduction.add("key        " + Guest.KEY + " (OpenWhisk's well-known guest key)");
    }

    /** Before anything is made, since the server only logs that it could not listen. */
    private static void requireFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getByName(LOCAL))) {
            LOG.debug("event=port_is_free port={}", socket.getLocalPort());
        } catch (IOException e) {
            throw new StartFailure("Port " + port + " of " + LOCAL + " cannot be listened on (" + e.getMessage()
                    + "). Stop who holds it, or choose another with --port; 0 takes a free one.");
        }
    }

    private void makeData() {
        try {
            Files.createDirectories(settings.data());
        } catch (IOException e) {
            throw new StartFailure(
                    "The data folder " + settings.data() + " cannot be made (" + e + "). Choose another with --data.");
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(LOCAL))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StartFailure("No free port on " + LOCAL + ".", e);
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
