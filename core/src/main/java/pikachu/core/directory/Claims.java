package pikachu.core.directory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pikachu.core.messages.ClaimMessage;
import pikachu.core.messages.ClaimMessage.Adopt;
import pikachu.core.messages.ClaimMessage.Claim;
import pikachu.core.messages.ClaimMessage.ClaimsSnapshot;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.ClaimMessage.Release;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;

/**
 * Who holds which chosen instance ID in the namespaces of one partition of {@code claims}, as replayed from the log.
 * Every controller that has replayed up to a position holds the same.
 *
 * <p>A log that has been trimmed begins with records whose past is missing; the snapshot that covers that past comes
 * after them. So records are put by until the caller says that the replay is complete; then the last snapshot seen is
 * the ground and what lies at or above the position that it covers is applied.
 */
public final class Claims {
    private record Kept(long position, ClaimMessage message) {}

    private final long generation;
    private final Map<NamespaceName, Map<InstanceId, Held>> held = new HashMap<>();
    private @Nullable List<Kept> replay = new ArrayList<>();
    private @Nullable ClaimsSnapshot ground;
    private long next;
    private int size;

    public Claims(long generation) {
        this.generation = generation;
    }

    /**
     * Takes the next record.
     *
     * @return for a claim that is decided now what became of it; empty while replaying, for other records, and for a
     *     record that was seen before
     */
    public Optional<Outcome> apply(long position, ClaimMessage message) {
        if (position < next) {
            return Optional.empty();
        }
        next = position + 1;
        if (replay != null) {
            keep(replay, position, message);
            return Optional.empty();
        }
        return decide(position, message);
    }

    private void keep(List<Kept> kept, long position, ClaimMessage message) {
        if (message instanceof ClaimsSnapshot snapshot) {
            ground = snapshot;
            kept.removeIf(earlier -> earlier.position() < snapshot.covers());
        } else {
            kept.add(new Kept(position, message));
        }
    }

    /** All that was in the log when the replay began has been taken. */
    public void replayed() {
        if (replay == null) {
            return;
        }
        var kept = replay;
        replay = null;
        if (ground != null) {
            ground.held().forEach(this::hold);
        }
        ground = null;
        kept.forEach(record -> decide(record.position(), record.message()));
    }

    private Optional<Outcome> decide(long position, ClaimMessage message) {
        return switch (message) {
            case Claim claim -> claim.wanted().isEmpty() ? Optional.empty() : Optional.of(decide(position, claim));
            case Release release -> {
                release(release);
                yield Optional.empty();
            }
            case Adopt adopt -> {
                adopt(adopt);
                yield Optional.empty();
            }
            case ClaimsSnapshot snapshot -> Optional.empty(); // the log itself has told the same
        };
    }

    private Outcome decide(long position, Claim claim) {
        for (var wanted : claim.wanted()) {
            var holder = holder(claim.namespace(), wanted.id());
            if (holder.isPresent() && !claim.replaces().equals(holder.map(Held::epoch))) {
                return new Refused(wanted.id(), holder);
            }
        }
        var epoch = Epoch.ofClaim(generation, position);
        for (var wanted : claim.wanted()) {
            hold(new Held(claim.namespace(), wanted.id(), epoch, wanted.activation(), claim.controller()));
        }
        return new Granted(epoch);
    }

    private void hold(Held claim) {
        var before =
                held.computeIfAbsent(claim.namespace(), name -> new HashMap<>()).put(claim.id(), claim);
        size += before == null ? 1 : 0;
    }

    private void adopt(Adopt adopt) {
        holder(adopt.namespace(), adopt.id())
                .filter(claim -> claim.epoch().equals(adopt.epoch()))
                .ifPresent(claim -> hold(new Held(
                        claim.namespace(), claim.id(), claim.epoch(), claim.activation(), adopt.controller())));
    }

    private void release(Release release) {
        var ids = held.get(release.namespace());
        var claim = ids == null ? null : ids.get(release.id());
        if (ids != null && claim != null && claim.epoch().equals(release.epoch())) {
            ids.remove(release.id());
            size--;
            if (ids.isEmpty()) {
                held.remove(release.namespace());
            }
        }
    }

    public Optional<Held> holder(NamespaceName namespace, InstanceId id) {
        var ids = held.get(namespace);
        var claim = ids == null ? null : ids.get(id);
        return claim == null ? Optional.empty() : Optional.of(claim);
    }

    /** All live claims; costs their number. */
    public List<Held> all() {
        var claims = new ArrayList<Held>(size);
        held.values().forEach(ids -> claims.addAll(ids.values()));
        return claims;
    }

    public int size() {
        return size;
    }

    /** The position after the last record taken: what a snapshot made now covers. */
    public long next() {
        return next;
    }

    public boolean isReplayed() {
        return replay == null;
    }

    /** What became of a claim. */
    public sealed interface Outcome {}

    /** All its IDs are held with this epoch. */
    public record Granted(Epoch epoch) implements Outcome {}

    /** This ID is held by another (or, placing again, no longer by the epoch to be replaced). */
    public record Refused(InstanceId id, Optional<Held> holder) implements Outcome {}
}
