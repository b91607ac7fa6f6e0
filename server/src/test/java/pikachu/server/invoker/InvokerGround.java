package pikachu.server.invoker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;
import pikachu.containers.host.Identity;
import pikachu.containers.host.RunFolder;
import pikachu.containers.host.Slice;
import pikachu.containers.host.Staging;
import pikachu.containers.loopback.LoopbackNetwork;
import pikachu.containers.process.ProcessDriver;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Limits;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.loops.EventLoop;
import pikachu.core.loops.InvokerEvent;
import pikachu.core.memory.InMemoryStore;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;

/**
 * An invoker's containers with real processes, for tests. Whatever is ready is run at once; each record that would be
 * written is kept.
 */
final class InvokerGround implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);
    static final String PYTHON = "python:3";
    /** Its runtime ends before it listens. */
    static final String BROKEN = "broken:1";
    /** Its runtime never listens. */
    static final String SILENT = "silent:1";

    static final PoolSettings PLAIN = new PoolSettings(2_048, 10_000, 3_600_000, 3_600_000, List.of(), false);

    final PausingDriver driver;
    final ListeningNetwork network;
    final List<InvokerEvent> events = new CopyOnWriteArrayList<>();
    final Map<ActivationId, ActivationRecord> records = new ConcurrentHashMap<>();
    private final Jobs jobs;
    private final String kind;
    private final Map<String, String> code = new ConcurrentHashMap<>();
    private final Slice slice = Slice.firstFree(3_500);
    private final Path folder;
    private final RunFolder runFolder;
    private final InMemoryStore store = new InMemoryStore();
    private final EventLoop<InvokerEvent> loop;
    private final Containers containers;

    InvokerGround(String kind, PoolSettings pool) throws IOException {
        this.kind = kind;
        jobs = new Jobs(kind);
        folder = Files.createTempDirectory(Path.of("/tmp"), "pk");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        runFolder = RunFolder.open(folder.resolve("run"), slice);
        driver = new PausingDriver(new ProcessDriver(slice, runFolder, Identity.ofThisProcess(slice)));
        network = new ListeningNetwork(new LoopbackNetwork(slice, System::nanoTime));
        loop = new EventLoop<>("test", new Owner(), System::currentTimeMillis, e -> {
            throw e;
        });
        var settings = new InvokerSettings(
                driver,
                network,
                store,
                action -> Optional.of(
                        action(code.getOrDefault(action.name().value(), "def main(args):\n    return args\n"))),
                this::form,
                runFolder.path(),
                runtimes(),
                Map.of(),
                pool,
                "http://127.0.0.1:1");
        containers = new Containers("test", settings, System::currentTimeMillis, loop);
        containers.start();
        loop.start();
    }

    static Prewarm prewarm(String kind, int count) {
        return new Prewarm(new NamespaceName("guest"), kind, 256, count);
    }

    private Map<String, IntFunction<RuntimeCommand>> runtimes() {
        var home = Path.of(System.getProperty("pikachu.root", "..")).toAbsolutePath();
        var proxy = new Staging(runFolder).stage("python", home.resolve("runtimes/python"), ".py");
        var commands = new HashMap<String, List<String>>();
        commands.put(PYTHON, List.of("/usr/bin/python3", "-S", "-E", "-I", proxy.resolve("proxy.py") + ""));
        commands.put(BROKEN, List.of("/bin/sh", "-c", "exit 3"));
        commands.put(SILENT, List.of("/bin/sh", "-c", "exec sleep 100"));
        var runtimes = new HashMap<String, IntFunction<RuntimeCommand>>();
        commands.forEach((kind, arguments) -> runtimes.put(kind, memoryMb -> new RuntimeCommand(kind, arguments)));
        return runtimes;
    }

    private ActionCode action(String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new ActionCode("0.0.1", 1, kind, "main", false, utf8.length, () -> Optional.of(utf8));
    }

    private NewDocument form(ActivationRecord record) {
        var id = record.activation().id();
        records.put(id, record);
        var key = new DocumentKey(Collection.ACTIVATIONS, new NamespaceName("guest"), id.value());
        return new NewDocument(key, 0, "", new byte[] {'{', '}'});
    }

    void define(String action, String python) {
        code.put(action, python);
    }

    void prewarm() {
        containers.prewarm();
    }

    void endAll() {
        loop.execute(containers::endAll);
    }

    Job job(String action, int timeoutMs) {
        return jobs.job("guest", action, 1, new Limits(timeoutMs, 256, 10, 1), System.currentTimeMillis());
    }

    void provide(Job job) {
        loop.execute(() -> containers.provide(job));
    }

    ActivationRecord call(String action) {
        return call(job(action, 60_000));
    }

    ActivationRecord call(Job job) {
        provide(job);
        return record(job);
    }

    ActivationRecord record(Job job) {
        var id = job.activation().id();
        Awaitility.await().atMost(LIMIT).until(() -> records.containsKey(id));
        return records.get(id);
    }

    int stemCells() {
        var answer = new CompletableFuture<Integer>();
        loop.execute(() -> answer.complete(containers.stemCells()));
        return answer.orTimeout(10, TimeUnit.SECONDS).join();
    }

    void awaitStemCells(int count) {
        Awaitility.await().atMost(LIMIT).until(() -> stemCells() == count);
    }

    <E extends InvokerEvent> List<E> events(Class<E> type, Function<E, ActivationId> id, Job job) {
        return events.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(event -> id.apply(event).equals(job.activation().id()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        if (!loop.isAlive()) {
            return;
        }
        containers.close();
        loop.close();
        store.close();
        runFolder.close();
        slice.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private final class Owner implements EventLoop.Owner<InvokerEvent> {
        @Override
        public void handle(InvokerEvent event) {
            events.add(event);
            if (event instanceof InvokerEvent.Ready ready) {
                containers.run(ready.activation());
            }
        }

        @Override
        public long turn(long now) {
            containers.tick(now);
            return now + 10;
        }
    }
}
