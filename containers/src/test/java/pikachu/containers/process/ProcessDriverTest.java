package pikachu.containers.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import pikachu.containers.loopback.LoopbackNetwork;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerDriverContract;
import pikachu.core.containers.Network;

class ProcessDriverTest extends ContainerDriverContract {
    private final Ground ground;

    ProcessDriverTest() throws IOException {
        ground = Ground.take();
    }

    @Override
    protected ContainerDriver newDriver() {
        return ground.driver();
    }

    @Override
    protected Network newNetwork() {
        return new LoopbackNetwork(ground.slice(), System::nanoTime);
    }

    @Override
    protected Path ground() {
        return ground.path();
    }

    @AfterEach
    void leaveNoFile() throws IOException {
        driver.close();
        try (var left = Files.list(ground.runFolder().path())) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactly("lock");
        }
        ground.close();
        assertThat(ground.path()).doesNotExist();
    }
}
