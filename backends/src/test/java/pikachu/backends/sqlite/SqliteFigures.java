package pikachu.backends.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static pikachu.core.bus.Durability.BEHIND;
import static pikachu.core.bus.Durability.COMMITTED;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.InMemoryBus;
import pikachu.core.bus.Start;
import pikachu.core.names.ActivationId;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;

/** Prints what the store costs on this machine. Argument: an empty folder on the disk in question. */
final class SqliteFigures {
    private SqliteFigures() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        fsync(folder);
        var data = folder.resolve("data");
        open(data, "empty database, first in this process (loads the driver)");
        open(data, "empty database, again");
        try (var store = SqliteStore.open(data)) {
            create(store);
            createAll(store, 1_000, 150);
            listings(store);
        }
        say("database: %d MB", Files.size(data.resolve("pikachu.db")) >> 20);
        open(data, "database of that size");
        open(folder.resolve("other"), "another empty database");
        try (var store = SqliteStore.open(data);
                var bus = new InMemoryBus(store.journal())) {
            calls(store, bus, 200_000);
            calls(store, bus, 200_000);
            committed(bus, 200, 1);
            committed(bus, 6_400, 32);
        }
    }

    private static void fsync(Path folder) throws IOException {
        var nanos = new long[200];
        try (var file =
                FileChannel.open(folder.resolve("fsync"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (var i = 0; i < nanos.length; i++) {
                file.write(ByteBuffer.allocate(4096));
                var before = System.nanoTime();
                file.force(false);
                nanos[i] = System.nanoTime() - before;
            }
        }
        Arrays.sort(nanos);
        say("fsync of 4 KiB appended: p50 %d us, p90 %d us", nanos[100] / 1000, nanos[180] / 1000);
    }

    private static void open(Path data, String what) {
        var before = System.nanoTime();
        var store = SqliteStore.open(data);
        var opened = System.nanoTime();
        store.get(new DocumentKey(Collection.ENTITIES, Lives.GUEST, "x"));
        var read = System.nanoTime();
        store.close();
        say(
                "open %s: %d ms, first read %d ms, close %d ms",
                what,
                (opened - before) / 1_000_000,
                (read - opened) / 1_000_000,
                (System.nanoTime() - read) / 1_000_000);
    }

    private static void create(SqliteStore store) {
        var nanos = new long[200];
        for (var i = 0; i < nanos.length; i++) {
            var before = System.nanoTime();
            store.create(document(i, Collection.ENTITIES));
            nanos[i] = System.nanoTime() - before;
        }
        Arrays.sort(nanos);
        say("create, one thread: p50 %d us, p90 %d us", nanos[100] / 1000, nanos[180] / 1000);
    }

    private static void createAll(SqliteStore store, int size, int batches) {
        for (var part = 0; part < 3; part++) {
            var made = new ArrayList<List<NewDocument>>();
            for (var batch = 0; batch < batches / 3; batch++) {
                var documents = new ArrayList<NewDocument>();
                for (var i = 0; i < size; i++) {
                    documents.add(document(i, Collection.ACTIVATIONS));
                }
                made.add(documents);
            }
            var cpu = cpuNanos();
            var before = System.nanoTime();
            made.forEach(store::createAll);
            var wall = System.nanoTime() - before;
            var count = (long) size * made.size();
            say(
                    "createAll by %d, 600 bytes each: %d records/s, %.1f us of CPU each",
                    size, count * 1_000_000_000L / wall, (cpuNanos() - cpu) / 1000.0 / count);
        }
    }

    private static void listings(SqliteStore store) {
        var query = new ListQuery(
                Collection.ACTIVATIONS, Lives.GUEST, Optional.of("guest/action3"), 0, Long.MAX_VALUE, 0, 30);
        for (var round = 0; round < 2; round++) {
            var before = System.nanoTime();
            var found = store.list(query).size();
            var listed = System.nanoTime();
            var count = store.count(ListQuery.all(Collection.ACTIVATIONS, Lives.GUEST));
            say(
                    "list of %d by label: %d us; count of all %d: %d us",
                    found, (listed - before) / 1000, count, (System.nanoTime() - listed) / 1000);
        }
    }

    /** The records of warm blocking calls: three each, settled at once. */
    private static void calls(SqliteStore store, InMemoryBus bus, int count) {
        var reader = bus.read(Lives.WORK, 0, Start.UNSETTLED, () -> {});
        var ids = new ArrayList<ActivationId>();
        for (var i = 0; i < count; i++) {
            ids.add(ActivationId.of(UUID.randomUUID()));
        }
        var rows = store.journalRowsWritten();
        var before = System.nanoTime();
        for (var id : ids) {
            bus.publish(record(id, BEHIND), published -> {});
            reader.settle(reader.poll(10).getFirst().position());
        }
        say(
                "publish behind, poll, settle: %d ns each, %d of %d written",
                (System.nanoTime() - before) / count, store.journalRowsWritten() - rows, count);
        reader.close();
    }

    private static void committed(InMemoryBus bus, int count, int threads) throws InterruptedException {
        var done = new CountDownLatch(count);
        var before = System.nanoTime();
        for (var t = 0; t < threads; t++) {
            Thread.ofVirtual().start(() -> {
                for (var i = 0; i < count / threads; i++) {
                    var one = new CountDownLatch(1);
                    bus.publish(record(ActivationId.of(UUID.randomUUID()), COMMITTED), published -> one.countDown());
                    try {
                        one.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    done.countDown();
                }
            });
        }
        done.await(60, TimeUnit.SECONDS);
        var nanos = System.nanoTime() - before;
        var ended = count - done.getCount();
        say(
                "publish committed, %d threads: %d/s, %d us each",
                threads, ended * 1_000_000_000L / nanos, nanos / 1000 * threads / ended);
    }

    private static BusRecord record(ActivationId id, Durability durability) {
        return new BusRecord(Lives.WORK, 0, Optional.of(id), new byte[600], durability);
    }

    private static NewDocument document(int number, Collection collection) {
        var key = new DocumentKey(
                collection, Lives.GUEST, UUID.randomUUID().toString().replace("-", ""));
        return new NewDocument(
                key,
                System.currentTimeMillis(),
                "guest/action" + number % 10,
                "x".repeat(600).getBytes(UTF_8));
    }

    private static long cpuNanos() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime();
    }

    private static void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
