package pikachu.backends.sqlite;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.bus.Bus;
import pikachu.core.bus.BusContract;
import pikachu.core.memory.InMemoryBus;

/** The bus of one process with its journal on disk. */
class SqliteBusTest extends BusContract {
    @TempDir
    Path folder;

    private Crashes crashes;

    @Override
    protected Bus open() {
        crashes = new Crashes(folder);
        return new InMemoryBus(crashes.open().journal());
    }

    @Override
    protected Bus crash(Bus dying) {
        return new InMemoryBus(crashes.crash().journal());
    }

    @AfterEach
    void closeStores() {
        crashes.close();
    }
}
