package pikachu.backends.sqlite;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import pikachu.core.store.Store;
import pikachu.core.store.StoreContract;

class SqliteStoreTest extends StoreContract {
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return SqliteStore.open(folder);
    }

    @Override
    protected Store reopen(Store closing) {
        closing.close();
        return SqliteStore.open(folder);
    }
}
