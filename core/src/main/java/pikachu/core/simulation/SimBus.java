package pikachu.core.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Published;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.messages.ClaimMessage.Release;
import pikachu.core.messages.CompletedMessage.Barrier;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.HealthMessage.ControllerDead;
import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.DirectoryWanted;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.InvokerDead;
import pikachu.core.messages.HealthMessage.MapSnapshot;
import pikachu.core.messages.InvokerMessage.DeathNotice;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.scheduling.Target;

/**
 * The bus as the loops see it: logs with positions, publications that take time, fail with and without effect or come
 * twice, readers that lag and read again, and, on health and directory only, records that get lost.
 */
final class SimBus {
    private record Place(Topic topic, int partition) {}

    private record Kept(long position, Message message, Optional<ActivationId> key, Durability durability, long atUs) {}

    private static final class Log {
        final List<Kept> records = new ArrayList<>();
        final Set<Long> settled = new HashSet<>();
        final Set<Reader> readers = new LinkedHashSet<>();
        long next;

        int indexOf(long position) {
            int low = 0;
            int high = records.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (records.get(middle).position() < position) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /** One reading. */
    final class Reader {
        private final Node node;
        private final long life;
        private final Place place;
        private final Take take;
        private final Runnable missed;
        private long next;
        private boolean isOpen = true;
        private boolean isScheduled;
        private boolean hasMissed;
        private final long bornIn;

        private Reader(Node node, Place place, Take take, Runnable missed) {
            this.missed = missed;
            this.node = node;
            life = node.life();
            this.place = place;
            this.take = take;
            bornIn = generation;
        }

        private void wake() {
            if (!isOpen || isScheduled) {
                return;
            }
            isScheduled = true;
            clock.afterUs(delayUs(), () -> {
                isScheduled = false;
                pump();
            });
        }

        private void pump() {
            if (!isOpen || node.life() != life || bornIn != generation) {
                close();
                return;
            }
            if (isAway || !node.isReachable()) {
                isScheduled = true;
                clock.afterMs(100, () -> {
                    isScheduled = false;
                    pump();
                });
                return;
            }
            if (faults.redelivers()) {
                next = Math.max(0, next - clock.between(1, 5));
            }
            if (hasMissed) {
                hasMissed = false;
                node.deliver(life, missed);
            }
            var log = log(place);
            int index = log.indexOf(next);
            for (int n = 0; n < 20 && index < log.records.size(); n++, index++) {
                var record = log.records.get(index);
                next = record.position() + 1;
                if (log.settled.contains(record.position()) && clock.chance(0.5)) {
                    continue;
                }
                node.deliver(life, () -> {
                    if (isOpen) {
                        take.take(record.position(), record.message());
                    }
                });
            }
            if (index < log.records.size()) {
                wake();
            }
        }

        void settle(long position) {
            var log = log(place);
            long began = generation;
            clock.afterUs(delayUs(), () -> {
                if (node.isReachable() && node.life() == life && began == generation) {
                    settleNow(log, position);
                }
            });
        }

        void close() {
            isOpen = false;
            log(place).readers.remove(this);
        }
    }

    /** Takes a record. */
    interface Take {
        void take(long position, Message message);
    }

    /** A settlement in the order in which the journal would have written it. */
    private record Settled(Log log, long position, long atUs) {}

    private final Clockwork clock;
    private final Faults faults;
    private final Plant plant;
    private final Map<Place, Log> logs = new LinkedHashMap<>();
    private final Map<String, Long> arrivals = new HashMap<>();
    private final Set<Target> verdicts = new HashSet<>();
    private final List<Settled> lately = new ArrayList<>();
    private boolean isAway;
    private long generation = 1;
    private long lastCommittedUs;
    private long appended;

    SimBus(Clockwork clock, Faults faults, Plant plant) {
        this.clock = clock;
        this.faults = faults;
        this.plant = plant;
    }

    long generation() {
        return generation;
    }

    long appended() {
        return appended;
    }

    void away(boolean away) {
        clock.note("bus", away ? "goes away" : "is back");
        isAway = away;
    }

    private long delayUs() {
        return faults.isSlow() ? clock.between(100, 200_000) : clock.between(50, 3000);
    }

    private Log log(Place place) {
        return logs.computeIfAbsent(place, key -> new Log());
    }

    // ----------------------------------------------------------------------------------------- publishing

    record Out(Topic topic, int partition, Optional<ActivationId> key, Message message, Durability durability) {}

    void publish(Node from, Out out, Consumer<Published> done) {
        long life = from.life();
        // Publications of one node to one partition keep their order.
        String lane = from.name + " " + out.topic() + " " + out.partition();
        long atUs = Math.max(clock.nowUs() + delayUs(), arrivals.getOrDefault(lane, 0L) + 1);
        arrivals.put(lane, atUs);
        long began = generation;
        clock.afterUs(atUs - clock.nowUs(), () -> {
            if (began == generation) {
                arrive(from, life, out, done);
            }
        });
    }

    private void arrive(Node from, long life, Out out, Consumer<Published> done) {
        if (from.life() != life && clock.chance(0.5)) {
            return; // died with what it had not sent yet
        }
        boolean isReached = !isAway && (from.isReachable() || from.life() != life);
        var failure = isReached ? faults.publication() : Faults.Publication.LOST;
        long position = -1;
        if (failure != Faults.Publication.LOST) {
            position = append(out);
        }
        long answered = position;
        Published how = failure == Faults.Publication.DONE && position >= 0
                ? new Published.Appended(answered)
                : new Published.Failed("simulated");
        long delayUs = how instanceof Published.Appended ? delayUs() : clock.between(10_000, 500_000);
        clock.afterUs(delayUs, () -> {
            boolean isHeard = from.isReachable();
            from.deliver(
                    life, () -> done.accept(isHeard ? how : new Published.Failed("simulated: cut off while waiting")));
        });
    }

    private long append(Out out) {
        var log = log(new Place(out.topic(), out.partition()));
        if (isPlantedLoss(out.message())) {
            return log.next;
        }
        if (isLossy(out.message()) && faults.loses(out.message())) {
            clock.note("bus", "loses " + out.message());
            return log.next++;
        }
        int copies = faults.duplicates() ? 2 : 1;
        long position = -1;
        for (int i = 0; i < copies; i++) {
            position = log.next;
            log.next += clock.between(1, 2);
            add(log, new Kept(position, out.message(), out.key(), out.durability(), clock.nowUs()));
        }
        appended++;
        if (out.durability() == Durability.COMMITTED) {
            lastCommittedUs = clock.nowUs();
        }
        if (out.message() instanceof InvokerDead verdict) {
            verdicts.add(new Target(verdict.invoker(), verdict.incarnation()));
        }
        List.copyOf(log.readers).forEach(Reader::wake);
        return position;
    }

    private void add(Log log, Kept kept) {
        boolean jumps = plant == Plant.BARRIERS_JUMP_THE_QUEUE && kept.message() instanceof Barrier;
        if (jumps && !log.records.isEmpty()) {
            for (var reader : List.copyOf(log.readers)) {
                reader.node.deliver(reader.life, () -> reader.take.take(kept.position(), kept.message()));
            }
        } else {
            log.records.add(kept);
        }
    }

    private boolean isPlantedLoss(Message message) {
        return switch (plant) {
            case NO_RELEASES -> message instanceof Release;
            case NO_DEATH_NOTICES -> message instanceof DeathNotice;
            case NO_REPAIR -> message instanceof DirectoryWanted;
            default -> false;
        };
    }

    private static boolean isLossy(Message message) {
        return switch (message) {
            case Heartbeat heartbeat -> true;
            case MapSnapshot snapshot -> true;
            case ControllerHeartbeat heartbeat -> true;
            case InvokerDead dead -> true;
            case ControllerDead dead -> true;
            case DirectoryWanted wanted -> true;
            case DirectoryMessage change -> true;
            default -> false;
        };
    }

    // -------------------------------------------------------------------------------------------- reading

    Reader read(Node node, Topic topic, int partition, Start start, Take take) {
        return read(node, topic, partition, start, take, () -> {});
    }

    /** @param missed told when records were deleted before they were read */
    Reader read(Node node, Topic topic, int partition, Start start, Take take, Runnable missed) {
        var place = new Place(topic, partition);
        var log = log(place);
        var reader = new Reader(node, place, take, missed);
        reader.next = switch (start) {
            case OLDEST -> 0;
            case END -> log.next;
            case UNSETTLED -> firstUnsettled(log);
        };
        log.readers.add(reader);
        reader.wake();
        return reader;
    }

    private static long firstUnsettled(Log log) {
        for (var record : log.records) {
            if (!log.settled.contains(record.position())) {
                return record.position();
            }
        }
        return log.next;
    }

    private void settleNow(Log log, long position) {
        log.settled.add(position);
        lately.add(new Settled(log, position, clock.nowUs()));
        if (lately.size() > 2000) {
            lately.subList(0, 1000).clear();
        }
    }

    void trim(Topic topic, int partition, long position) {
        var log = log(new Place(topic, partition));
        int end = log.indexOf(position);
        if (end == 0) {
            return;
        }
        long lastDeleted = log.records.get(end - 1).position();
        log.readers.forEach(reader -> reader.hasMissed |= reader.next <= lastDeleted);
        log.records.subList(0, end).clear();
    }

    /** Whether this life's death is in the log. */
    boolean isDeclaredDead(Target target) {
        return verdicts.contains(target);
    }

    // ------------------------------------------------------------------------------- death of the process

    /** The process that holds the bus in memory dies: what its journal held comes back, in a new generation. */
    void restart() {
        long cutUs = Math.max(lastCommittedUs, clock.nowUs() - clock.between(0, 50_000));
        generation++;
        arrivals.clear();
        for (var settled : lately) {
            if (settled.atUs() > cutUs) {
                settled.log().settled.remove(settled.position());
            }
        }
        lately.clear();
        var survivors = survivors(cutUs);
        logs.forEach((place, log) -> {
            List.copyOf(log.readers).forEach(Reader::close);
            log.records.removeIf(record -> !survivors.contains(record) || log.settled.contains(record.position()));
            if (place.topic().equals(Topic.CLAIMS)) {
                log.next = 0;
                log.settled.clear();
            }
        });
    }

    /** What was on disk: of one activation's records all from the first that was, see {@link Durability#BEHIND}. */
    private Set<Kept> survivors(long cutUs) {
        var records = new ArrayList<Kept>();
        logs.values().forEach(log -> records.addAll(log.records));
        records.sort(Comparator.comparingLong(Kept::atUs));
        var onDisk = new HashSet<ActivationId>();
        Set<Kept> survivors = Collections.newSetFromMap(new IdentityHashMap<>());
        for (var record : records) {
            boolean isKnown = record.key().filter(onDisk::contains).isPresent();
            boolean isOnDisk = record.durability() == Durability.COMMITTED
                    || (record.durability() == Durability.BEHIND && (record.atUs() <= cutUs || isKnown));
            if (isOnDisk) {
                survivors.add(record);
                record.key().ifPresent(onDisk::add);
            }
        }
        return survivors;
    }
}
