package pikachu.backends.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens stores, and copies of their files taken at a moment at which their process could have died. */
final class Crashes implements AutoCloseable {
    private final Path folder;
    private final List<SqliteStore> opened = new ArrayList<>();

    Crashes(Path folder) {
        this.folder = folder;
    }

    SqliteStore open() {
        var store = SqliteStore.open(life(opened.size()));
        opened.add(store);
        return store;
    }

    SqliteStore crash() {
        var dead = life(opened.size() - 1);
        var next = life(opened.size());
        try {
            Files.createDirectories(next);
            // the log first: what a checkpoint moves meanwhile is then in both
            for (var name : List.of("pikachu.db-wal", "pikachu.db")) {
                if (Files.exists(dead.resolve(name))) {
                    Files.copy(dead.resolve(name), next.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open();
    }

    private Path life(int number) {
        return folder.resolve("life" + number);
    }

    @Override
    public void close() {
        opened.forEach(SqliteStore::close);
    }
}
