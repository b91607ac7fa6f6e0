package pikachu.core.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import pikachu.core.names.NamespaceName;

/** What every network must do with its addresses. */
public abstract class NetworkContract {
    private static final NamespaceName GUEST = new NamespaceName("guest");
    private static final NamespaceName OTHER = new NamespaceName("other");

    private final AtomicLong now = new AtomicLong(1_000_000_000);

    /**
     * A fresh network.
     *
     * @param clock monotonic, in nanoseconds
     */
    protected abstract Network network(LongSupplier clock);

    /** How many endpoints it has for one namespace. */
    protected abstract int capacity();

    @Test
    void givesEachEndpointAnAddressOfItsOwn() {
        try (var network = network(now::get)) {
            var addresses = new HashSet<String>();
            for (int i = 0; i < 20; i++) {
                assertThat(addresses.add(network.attach(GUEST).address())).isTrue();
                assertThat(addresses.add(network.attach(OTHER).address())).isTrue();
            }
            assertThat(addresses).allMatch(address -> address.matches("\\d{1,3}(\\.\\d{1,3}){3}"));
        }
    }

    @Test
    void givesAReleasedAddressAgainOnlyAfterFiveSeconds() {
        try (var network = network(now::get)) {
            var released = attachAll(network).getFirst();
            network.release(released);
            pass(Duration.ofMillis(4_999));
            assertThatThrownBy(() -> network.attach(GUEST)).isInstanceOf(ContainerFailure.class);
            pass(Duration.ofMillis(1));
            assertThat(network.attach(GUEST)).isEqualTo(released);
        }
    }

    @Test
    void givesTheAddressThatHasBeenFreeLongest() {
        try (var network = network(now::get)) {
            var all = attachAll(network);
            network.release(all.get(3));
            pass(Duration.ofMillis(1));
            network.release(all.get(1));
            pass(Duration.ofMillis(1));
            network.release(all.get(2));
            pass(Duration.ofSeconds(60));
            assertThat(network.attach(GUEST)).isEqualTo(all.get(3));
            assertThat(network.attach(GUEST)).isEqualTo(all.get(1));
            assertThat(network.attach(GUEST)).isEqualTo(all.get(2));
        }
    }

    @Test
    void prefersAnAddressNeverUsedToAReleasedOne() {
        try (var network = network(now::get)) {
            var first = network.attach(GUEST);
            network.release(first);
            pass(Duration.ofSeconds(60));
            assertThat(network.attach(GUEST)).isNotEqualTo(first);
        }
    }

    @Test
    void saysThatAllAddressesAreTaken() {
        try (var network = network(now::get)) {
            assertThat(attachAll(network)).hasSize(capacity()).doesNotHaveDuplicates();
            assertThatThrownBy(() -> network.attach(GUEST))
                    .isInstanceOf(ContainerFailure.class)
                    .hasMessageContaining("address");
        }
    }

    @Test
    void countsASecondReleaseOnlyOnce() {
        try (var network = network(now::get)) {
            var released = attachAll(network).getFirst();
            network.release(released);
            network.release(released);
            pass(Duration.ofSeconds(60));
            network.attach(GUEST);
            assertThatThrownBy(() -> network.attach(GUEST)).isInstanceOf(ContainerFailure.class);
        }
    }

    @Test
    void givesNoAddressTwiceToConcurrentCallers() throws Exception {
        var seen = ConcurrentHashMap.<String>newKeySet();
        try (var network = network(now::get);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 64; i++) {
                calls.add(callers.submit(() -> seen.add(network.attach(GUEST).address())));
            }
            for (var call : calls) {
                assertThat(call.get(20, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void attachesNothingOnceClosed() {
        var network = network(now::get);
        network.close();
        network.close();
        assertThatThrownBy(() -> network.attach(GUEST)).isInstanceOf(ContainerFailure.class);
    }

    private List<Endpoint> attachAll(Network network) {
        var all = new ArrayList<Endpoint>();
        for (int i = 0; i < capacity(); i++) {
            all.add(network.attach(GUEST));
        }
        return all;
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
