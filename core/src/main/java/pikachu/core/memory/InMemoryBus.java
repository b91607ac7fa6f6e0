package pikachu.core.memory;

import static pikachu.core.bus.Durability.TRANSIENT;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import pikachu.core.bus.Bus;
import pikachu.core.bus.BusReader;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Published;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.store.Journal;

/**
 * The bus of one process. Each partition is a {@link PartitionLog}; what must outlive the process is in the journal, from
 * which a new life takes it over, at new positions and under a new generation.
 *
 * <p>A record gets its position when it becomes visible: at once, or once it is durable if its publisher has to wait for
 * that. So a blocking call never stands behind somebody else's disk write.
 */
public final class InMemoryBus implements Bus {
    private static final long PARTITION_BYTES = 64L << 20;
    /** Journal numbers are the generation above a counter, so no life uses a number of an earlier one. */
    private static final int NUMBER_BITS = 40;

    private final Journal journal;
    private final long partitionBytes;
    private final long generation;
    private final AtomicLong numbers;
    private final ConcurrentHashMap<Topic, PartitionLog[]> topics = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    public InMemoryBus(Journal journal) {
        this(journal, PARTITION_BYTES);
    }

    /** @param partitionBytes how much one partition may hold of what its readers have not done with */
    public InMemoryBus(Journal journal, long partitionBytes) {
        this.journal = journal;
        this.partitionBytes = partitionBytes;
        var kept = journal.kept();
        this.generation = journal.nextGeneration();
        this.numbers = new AtomicLong(generation << NUMBER_BITS);
        for (var one : kept) {
            log(one.bus().topic(), one.bus().partition()).restore(one);
        }
    }

    @Override
    public void publish(BusRecord bus, Consumer<Published> done) {
        if (isClosed) {
            done.accept(
                    new Published.Failed("Topic " + bus.topic() + ": the bus is closed, this process is stopping."));
            return;
        }
        var log = log(bus.topic(), bus.partition());
        var publication = new Publication(bus, done);
        var refusal = log.enter(publication, numbers);
        if (refusal.isPresent()) {
            done.accept(new Published.Failed(refusal.get()));
        } else if (bus.durability() == TRANSIENT) {
            log.arrive(publication);
        } else {
            journal.append(
                    bus,
                    publication.number,
                    failure -> failure.ifPresentOrElse(
                            f -> log.abandon(publication, String.valueOf(f.getMessage())),
                            () -> log.arrive(publication)));
        }
    }

    @Override
    public BusReader read(Topic topic, int partition, Start start, Runnable ready) {
        var reader = new LogReader(log(topic, partition), ready);
        if (!isClosed) {
            reader.open(start);
        }
        return reader;
    }

    @Override
    public void trim(Topic topic, int partition, long position) {
        log(topic, partition).trim(position);
    }

    @Override
    public long generation() {
        return generation;
    }

    /** Publications fail from here on and readers get nothing more; the journal keeps what is not settled. */
    @Override
    public void close() {
        isClosed = true;
        for (var logs : topics.values()) {
            Arrays.stream(logs).forEach(PartitionLog::closeReaders);
        }
    }

    private PartitionLog log(Topic topic, int partition) {
        var logs = topics.get(topic);
        if (logs == null) {
            logs = topics.computeIfAbsent(topic, this::newLogs);
        }
        return logs[partition];
    }

    private PartitionLog[] newLogs(Topic topic) {
        var logs = new PartitionLog[topic.partitions()];
        Arrays.setAll(logs, partition -> new PartitionLog(topic, partition, journal, partitionBytes));
        return logs;
    }
}
