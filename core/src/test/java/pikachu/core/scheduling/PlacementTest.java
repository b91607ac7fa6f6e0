package pikachu.core.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pikachu.core.names.ActionName;
import pikachu.core.names.EntityName;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

class PlacementTest {
    private static final ActionName ACTION = action("hello");
    private final Placement placement = new Placement(new Random(1));

    private static ActionName action(String name) {
        return new ActionName(new NamespaceName("tenant"), new EntityName(name));
    }

    private void invokers(int count, int memoryMb) {
        for (int i = 0; i < count; i++) {
            placement.update(new InvokerId(i), memoryMb, true);
        }
    }

    @Test
    void anActionGoesHomeWhileThereIsRoom() {
        invokers(10, 1024);
        var home = placement.take(ACTION, 256).orElseThrow();

        for (int i = 0; i < 3; i++) {
            assertThat(placement.take(ACTION, 256)).contains(home);
        }
        assertThat(placement.take(ACTION, 256).orElseThrow()).isNotEqualTo(home);
    }

    @Test
    void meetsAllInvokersBeforeItOverloadsOne() {
        invokers(12, 256);
        var met = new HashSet<InvokerId>();
        for (int i = 0; i < 12; i++) {
            met.add(placement.take(ACTION, 256).orElseThrow());
        }

        assertThat(met).hasSize(12);
        assertThat(placement.take(ACTION, 256)).isPresent(); // queues somewhere
    }

    @Test
    void sharesEachInvokerAmongTheControllers() {
        invokers(2, 1024);
        placement.share(2);
        var home = placement.take(ACTION, 512).orElseThrow();

        assertThat(placement.take(ACTION, 512).orElseThrow()).isNotEqualTo(home);
    }

    @Test
    void givesNothingToAnInvokerThatIsSilent() {
        invokers(2, 1024);
        placement.exclude(new InvokerId(0));

        for (int i = 0; i < 20; i++) {
            assertThat(placement.take(action("a" + i), 256)).contains(new InvokerId(1));
        }
        placement.exclude(new InvokerId(1));
        assertThat(placement.take(ACTION, 256)).isEmpty();
    }

    @Test
    void aPlaceComesBack() {
        invokers(1, 256);
        placement.take(ACTION, 256);
        placement.release(new InvokerId(0), 256);

        assertThat(placement.takenMb(new InvokerId(0))).isZero();
    }

    @Test
    void stepsHaveNoCommonDivisorWithTheRing() {
        assertThat(Placement.coprimes(1)).containsExactly(1);
        assertThat(Placement.coprimes(10)).containsExactly(1, 3, 7);
        assertThat(Placement.coprimes(9)).containsExactly(1, 2, 5, 7);
    }
}
