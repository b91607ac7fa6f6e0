package pikachu.containers.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.containers.host.Slice;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.Network;
import pikachu.core.containers.NetworkContract;
import pikachu.core.names.NamespaceName;

class LoopbackNetworkTest extends NetworkContract {
    private final Slice slice = Slice.firstFree(3000);

    @AfterEach
    void freeSlice() {
        slice.close();
    }

    @Override
    protected Network network(LongSupplier clock) {
        return new LoopbackNetwork(slice, clock);
    }

    @Override
    protected int capacity() {
        return 1022;
    }

    @Test
    void givesAddressesOfItsSlicesBlockAlone() {
        try (var network = network(System::nanoTime)) {
            for (int i = 1; i <= capacity(); i++) {
                int address = slice.number() * 1024 + i;
                var expected = "127." + (64 + (address >> 16)) + "." + (address >> 8 & 255) + "." + (address & 255);
                assertThat(network.attach(new NamespaceName("guest")).address()).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesAnAddressOfAnotherSlice() {
        try (var network = network(System::nanoTime)) {
            assertThatThrownBy(() -> network.release(new Endpoint.OnHost("127.0.0.1")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
