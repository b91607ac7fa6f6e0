package pikachu.containers.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SliceTest {
    @Test
    void isHeldByOneAtATime() {
        var first = Slice.firstFree(3500);
        assertThat(Slice.take(first.number())).isEmpty();
        try (var second = Slice.firstFree(first.number())) {
            assertThat(second.number()).isGreaterThan(first.number());
        }
        first.close();
        first.close();
        try (var again = Slice.take(first.number()).orElseThrow()) {
            assertThat(again.number()).isEqualTo(first.number());
        }
    }

    @Test
    void isLockedByAnAbstractSocketOfItsName() throws IOException {
        try (var slice = Slice.firstFree(3500)) {
            assertThat(Files.readString(Path.of("/proc/net/unix"))).contains("@pikachu-slice-" + slice.number() + "\n");
        }
    }

    @Test
    void existsOnlyWithinTheRange() {
        assertThatThrownBy(() -> Slice.take(Slice.COUNT)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Slice.take(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
