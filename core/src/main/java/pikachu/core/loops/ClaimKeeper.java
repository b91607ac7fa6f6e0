package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.directory.Claims;
import pikachu.core.messages.ClaimMessage;
import pikachu.core.messages.ClaimMessage.Adopt;
import pikachu.core.messages.ClaimMessage.Claim;
import pikachu.core.messages.ClaimMessage.ClaimsSnapshot;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.ClaimMessage.Release;
import pikachu.core.messages.ClaimMessage.Wanted;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * Chosen instance IDs: claims them for activations of this controller, frees them, and keeps the log short. Nothing is
 * decided before the log has been read up to a mark of the own life in every partition.
 */
final class ClaimKeeper {
    private static final NamespaceName ANY = new NamespaceName("_");
    private static final long SNAPSHOT_EVERY = 1000;
    private static final long ORPHANS_EVERY_MS = 30_000;

    /** Hears what became of a claim. */
    interface Claimant {
        void granted(Flight flight, Epoch epoch);

        void refused(Flight flight, Optional<Held> holder);

        /** Nobody waits for this claim any more, and yet it holds the ID. */
        void grantedLate(Claim claim, Wanted wanted, Epoch epoch);

        /** The bus does not take the claim; it will not be granted. */
        void unreachable(Flight flight);
    }

    private record Waiting(Flight flight, Optional<Epoch> replaces, Publications.Handle handle) {
        /** Of several claims for one activation any may be granted, but only the last one's refusal counts. */
        boolean isAnsweredBy(Claim claim, Claims.Outcome outcome) {
            return outcome instanceof Claims.Granted || replaces.equals(claim.replaces());
        }
    }

    private static final class Partition {
        final Claims claims;
        final long reading;
        long markPosition = Long.MAX_VALUE;
        long read = -1;
        long sinceSnapshot;
        Optional<Long> coveredBefore = Optional.empty();

        Partition(long generation, long reading) {
            claims = new Claims(generation);
            this.reading = reading;
        }
    }

    private final ControllerId self;
    private final long generation;
    private final Publications<?> publications;
    private final List<ControllerEffect> effects;
    private final Claimant claimant;
    private final Partition[] partitions = new Partition[Topic.CLAIMS.partitions()];
    private final Map<ActivationId, Waiting> waiting = new HashMap<>();
    private Set<Epoch> orphans = new HashSet<>();
    private long orphansDueMs = Long.MIN_VALUE;
    private int replayed;

    ClaimKeeper(
            ControllerId self,
            long generation,
            Publications<?> publications,
            List<ControllerEffect> effects,
            Claimant claimant) {
        this.self = self;
        this.generation = generation;
        this.publications = publications;
        this.effects = effects;
        this.claimant = claimant;
    }

    void start(Readings readings) {
        for (int i = 0; i < partitions.length; i++) {
            int number = i;
            var reading = readings.open(
                    Topic.CLAIMS,
                    number,
                    Start.OLDEST,
                    (from, position, message) -> received(number, position, message));
            partitions[number] = new Partition(generation, reading.number);
            mark(number);
        }
    }

    /** Once this has been read, so has been all that was in the log before. */
    private void mark(int number) {
        var partition = partitions[number];
        publications.lasting(
                Publications.draft(
                        Topic.CLAIMS, number, new Claim(ANY, self, List.of(), Optional.empty()), Durability.TRANSIENT),
                position -> {
                    partition.markPosition = position;
                    replayedPerhaps(number, partition);
                });
    }

    /** The log was trimmed before it was read: it is read from there on as by one that begins. */
    void missed(long reading) {
        for (int i = 0; i < partitions.length; i++) {
            var partition = partitions[i];
            if (partition.reading == reading) {
                replayed -= partition.claims.isReplayed() ? 1 : 0;
                partitions[i] = new Partition(generation, reading);
                mark(i);
            }
        }
    }

    boolean isReady() {
        return replayed == partitions.length;
    }

    private void received(int number, long position, Message message) {
        if (!(message instanceof ClaimMessage record)) {
            return;
        }
        var partition = partitions[number];
        partition.read = Math.max(partition.read, position);
        partition.sinceSnapshot++;
        var outcome = partition.claims.apply(position, record);
        switch (record) {
            case Claim claim -> outcome.ifPresent(known -> decided(claim, known));
            case Release release -> {}
            case Adopt adopt -> {}
            case ClaimsSnapshot snapshot -> snapshotRead(partition, number, snapshot);
        }
        replayedPerhaps(number, partition);
    }

    private void replayedPerhaps(int number, Partition partition) {
        if (!partition.claims.isReplayed() && partition.read >= partition.markPosition) {
            partition.claims.replayed();
            replayed++;
            // whose claims were decided unseen: they hold the ID now, or are told who does
            for (var waiter : List.copyOf(waiting.values())) {
                var namespace = waiter.flight().activation.caller().namespace();
                if (Topic.partitionOf(namespace) == number) {
                    claim(waiter.flight(), waiter.replaces());
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------- claiming

    /** Claims the flight's instance ID; {@code replaces} when the flight holds it already by that epoch. */
    void claim(Flight flight, Optional<Epoch> replaces) {
        var activation = flight.activation;
        var namespace = activation.caller().namespace();
        var claim = new Claim(namespace, self, List.of(new Wanted(activation.instance(), activation.id())), replaces);
        var handle = publications.lasting(
                Publications.draft(Topic.CLAIMS, Topic.partitionOf(namespace), claim, Durability.TRANSIENT),
                position -> {});
        var before = waiting.put(flight.id(), new Waiting(flight, replaces, handle));
        if (before != null) {
            before.handle().callOff();
        }
    }

    /** This controller answers for the claim now, or that one if it is another's. */
    void adopt(Flight flight, Epoch epoch, ControllerId controller) {
        var namespace = flight.activation.caller().namespace();
        publications.lasting(
                Publications.draft(
                        Topic.CLAIMS,
                        Topic.partitionOf(namespace),
                        new Adopt(namespace, flight.activation.instance(), epoch, controller),
                        Durability.TRANSIENT),
                position -> {});
    }

    private void decided(Claim claim, Claims.Outcome outcome) {
        if (!claim.controller().equals(self)) {
            return;
        }
        for (var wanted : claim.wanted()) {
            var waiter = waiting.get(wanted.activation());
            if (waiter != null && waiter.isAnsweredBy(claim, outcome)) {
                forget(waiter.flight());
                switch (outcome) {
                    case Claims.Granted(Epoch epoch) -> claimant.granted(waiter.flight(), epoch);
                    case Claims.Refused refused -> claimant.refused(waiter.flight(), refused.holder());
                }
            } else if (waiter == null && outcome instanceof Claims.Granted(Epoch epoch)) {
                claimant.grantedLate(claim, wanted, epoch);
            }
        }
    }

    /** The claim that waits, if there is one, is of no use any more. */
    void forget(Flight flight) {
        var waiter = waiting.remove(flight.id());
        if (waiter != null) {
            waiter.handle().callOff();
        }
    }

    /** The claim that waits is given up; if the bus grants it yet, it is released at once. */
    void giveUp(Flight flight) {
        if (waiting.containsKey(flight.id())) {
            forget(flight);
            claimant.unreachable(flight);
        }
    }

    void release(NamespaceName namespace, InstanceId id, Epoch epoch) {
        publications.lasting(
                Publications.draft(
                        Topic.CLAIMS,
                        Topic.partitionOf(namespace),
                        new Release(namespace, id, epoch),
                        Durability.TRANSIENT),
                position -> {});
    }

    Optional<Held> holder(NamespaceName namespace, InstanceId id) {
        return partitions[Topic.partitionOf(namespace)].claims.holder(namespace, id);
    }

    // ---------------------------------------------------------------------------------- keeping the log short

    private void snapshotRead(Partition partition, int number, ClaimsSnapshot snapshot) {
        partition.sinceSnapshot = 0;
        // Not up to this one: a reader that began before it was written needs the one before.
        partition.coveredBefore.ifPresent(
                position -> effects.add(new ControllerEffect.Trim(Topic.CLAIMS, number, position)));
        partition.coveredBefore = Optional.of(snapshot.covers());
    }

    /**
     * Now and then, by the controller that publishes: writes snapshots.
     */
    void snapshot(boolean isPublisher) {
        if (!isPublisher || !isReady()) {
            return;
        }
        for (int i = 0; i < partitions.length; i++) {
            var partition = partitions[i];
            if (partition.sinceSnapshot > Math.max(SNAPSHOT_EVERY, 2L * partition.claims.size())) {
                partition.sinceSnapshot = 0;
                publications.send(
                        Topic.CLAIMS, i, new ClaimsSnapshot(ANY, partition.claims.next(), partition.claims.all()));
            }
        }
    }

    /**
     * Frees claims that nobody answers for: made by a life that ended between claim and order, or between an end and its
     * release. One is freed when it is found so twice, half a minute apart, so that nothing of it can be on the way.
     */
    void freeOrphans(Set<ControllerId> answeredFor, Predicate<Held> isAlive, long nowMs) {
        if (nowMs < orphansDueMs || !isReady()) {
            return;
        }
        orphansDueMs = nowMs + ORPHANS_EVERY_MS;
        var found = new HashSet<Epoch>();
        for (var partition : partitions) {
            for (var held : partition.claims.all()) {
                if (answeredFor.contains(held.controller()) && !isAlive.test(held)) {
                    found.add(held.epoch());
                    if (orphans.contains(held.epoch())) {
                        release(held.namespace(), held.id(), held.epoch());
                    }
                }
            }
        }
        orphans = found;
    }

    List<Held> held() {
        var held = new ArrayList<Held>();
        for (var partition : partitions) {
            held.addAll(partition.claims.all());
        }
        return held;
    }
}
