package pikachu.server.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import pikachu.core.loops.ControllerEffect.CreatePlacement;
import pikachu.core.loops.ControllerEvent.PlacementCreated;
import pikachu.core.loops.ControllerEvent.RecordCreated;
import pikachu.core.memory.InMemoryStore;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.Target;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;

final class PlacementsTest {
    private static final NamespaceName TENANT = new NamespaceName("tenant");
    private static final ActivationId ID = new ActivationId("0".repeat(31) + "1");
    private static final ControllerId FIRST = new ControllerId(0);
    private static final ControllerId SECOND = new ControllerId(1);

    private final InMemoryStore store = new InMemoryStore();
    private long nowMs = 1_795_000_000_000L;
    private final Placements placements = new Placements(store, () -> nowMs);
    private final Placements others = new Placements(store, () -> nowMs);

    private static CreatePlacement placement(int attempt, int invoker, ControllerId by) {
        return new CreatePlacement(TENANT, ID, attempt, new Target(new InvokerId(invoker), new Incarnation(7)), by);
    }

    private void record() {
        var key = new DocumentKey(Collection.ACTIVATIONS, TENANT, ID.value());
        store.create(new NewDocument(key, nowMs, "hello", "{}".getBytes(StandardCharsets.UTF_8)));
    }

    private long kept() {
        return store.count(ListQuery.all(Collection.PLACEMENTS, new NamespaceName("whisk.system")));
    }

    @Test
    void tellsTheSecondWriterOfAnAttemptWhatTheFirstDecided() {
        var target = new Target(new InvokerId(3), new Incarnation(7));

        assertThat(placements.create(placement(1, 3, FIRST))).isEqualTo(new PlacementCreated(ID, 1, target, FIRST));
        assertThat(others.create(placement(1, 4, SECOND))).isEqualTo(new PlacementCreated(ID, 1, target, FIRST));
    }

    @Test
    void placesNothingThatHasEnded() {
        record();

        assertThat(placements.create(placement(1, 3, FIRST))).isEqualTo(new RecordCreated(ID));
        assertThat(kept()).isZero();
    }

    @Test
    void keepsWhatIsUnderWay() {
        placements.create(placement(1, 3, FIRST));

        for (var i = 0; i < 5; i++) {
            assertThat(placements.sweep()).isZero();
        }

        assertThat(kept()).isEqualTo(1);
    }

    @Test
    void deletesAllAttemptsOnceTwoSweepsHaveSeenTheRecord() {
        placements.create(placement(1, 3, FIRST));
        placements.create(placement(2, 4, FIRST));
        placements.sweep();
        record();

        assertThat(placements.sweep()).isZero();
        assertThat(kept()).isEqualTo(2);
        assertThat(placements.sweep()).isEqualTo(2);
        assertThat(kept()).isZero();
        assertThat(placements.create(placement(1, 5, SECOND))).isEqualTo(new RecordCreated(ID));
    }

    @Test
    void sweepsBesideAnotherController() {
        placements.create(placement(1, 3, FIRST));
        record();

        assertThat(placements.sweep()).isZero();
        assertThat(others.sweep()).isZero();
        assertThat(placements.sweep()).isEqualTo(1);
        assertThat(others.sweep()).isZero();
    }

    @Test
    void deletesAfterADayWhatNeverGotARecord() {
        placements.create(placement(1, 3, FIRST));
        nowMs += TimeUnit.DAYS.toMillis(1) + 1;

        assertThat(placements.sweep()).isEqualTo(1);
    }

    @Test
    void sweepsMoreThanFitInOnePage() {
        record();
        for (var attempt = 1; attempt <= 2_500; attempt++) {
            store.create(new NewDocument(
                    new DocumentKey(Collection.PLACEMENTS, new NamespaceName("whisk.system"), ID + "/" + attempt),
                    nowMs,
                    TENANT.value(),
                    "{}".getBytes(StandardCharsets.UTF_8)));
        }
        placements.sweep();

        assertThat(placements.sweep()).isEqualTo(2_500);
        assertThat(kept()).isZero();
    }
}
