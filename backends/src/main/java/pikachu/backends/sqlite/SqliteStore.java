package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.Journal;
import pikachu.core.store.JournalBuffer;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;

/**
 * The store in one file, {@code pikachu.db} in the data folder. Reads go to a few connections of their own and see every
 * write that was answered; writes go to the one thread of {@link GroupWriter} and are answered once they are on disk.
 */
public final class SqliteStore implements Store {
    /** Records written behind are on disk after one to two ticks, so within 50 ms. */
    private static final Duration TICK = Duration.ofMillis(20);

    private static final long JOURNAL_BYTES = 64L << 20;

    private final DataFolder folder;
    private final ReadPool reads;
    private final GroupWriter writer;
    private final SqliteJournal journal;

    private SqliteStore(DataFolder folder, Duration tick) throws SQLException {
        this.folder = folder;
        var database = folder.database();
        var writes = new Writes(database);
        reads = new ReadPool(database);
        var buffer = new JournalBuffer(JOURNAL_BYTES);
        try {
            buffer.restore(reads.read(Reads::journal));
        } catch (RuntimeException e) {
            writes.close();
            reads.close();
            throw e;
        }
        writer = new GroupWriter(database, writes, buffer, tick);
        journal = new SqliteJournal(buffer, writer, reads);
    }

    /**
     * Opens the store in this folder, which is made if it is not there.
     *
     * @throws StoreUnavailable if another process uses the folder, or if its database is damaged or of a newer version
     */
    public static SqliteStore open(Path folder) {
        return open(folder, TICK);
    }

    static SqliteStore open(Path path, Duration tick) {
        var folder = DataFolder.take(path);
        try {
            var store = new SqliteStore(folder, tick);
            store.writer.start();
            return store;
        } catch (SQLException e) {
            folder.close();
            throw Failures.of(folder.database(), e);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    @Override
    public Optional<Document> get(DocumentKey key) {
        return reads.read(connection -> connection.get(key));
    }

    @Override
    public Document create(NewDocument document) {
        return writer.write(new Request<>(document.body().length, connection -> connection.create(document)));
    }

    @Override
    public Document replace(NewDocument document, long expected) {
        return writer.write(
                new Request<>(document.body().length, connection -> connection.replace(document, expected)));
    }

    @Override
    public List<Boolean> createAll(List<NewDocument> documents) {
        if (documents.isEmpty()) {
            return List.of();
        }
        var all = List.copyOf(documents);
        var bytes = all.stream().mapToLong(document -> document.body().length).sum();
        return writer.write(new Request<>(bytes, connection -> createAll(connection, all)));
    }

    private static List<Boolean> createAll(Writes connection, List<NewDocument> documents) throws SQLException {
        var created = new ArrayList<Boolean>(documents.size());
        for (var document : documents) {
            created.add(connection.createIfAbsent(document));
        }
        return created;
    }

    @Override
    public void delete(DocumentKey key, long expected) {
        run(0, connection -> connection.delete(key, expected));
    }

    @Override
    public List<Document> list(ListQuery query) {
        return reads.read(connection -> connection.list(query));
    }

    @Override
    public long count(ListQuery query) {
        return reads.read(connection -> connection.count(query));
    }

    @Override
    public void attach(DocumentKey key, String name, byte[] bytes) {
        run(bytes.length, connection -> connection.attach(key, name, bytes));
    }

    @Override
    public Optional<byte[]> attachment(DocumentKey key, String name) {
        return reads.read(connection -> connection.attachment(key, name));
    }

    @Override
    public void deleteAttachment(DocumentKey key, String name) {
        run(0, connection -> connection.deleteAttachment(key, name));
    }

    @Override
    public Journal journal() {
        return journal;
    }

    /** How many journal records have been written to disk since the start. */
    long journalRowsWritten() {
        return writer.rowsKept();
    }

    private interface Change {
        void apply(Writes writes) throws SQLException;
    }

    private void run(long bytes, Change change) {
        writer.write(new Request<Boolean>(bytes, connection -> {
            change.apply(connection);
            return true;
        }));
    }

    @Override
    public void close() {
        writer.close();
        try {
            reads.close();
        } catch (SQLException e) {
            throw Failures.of(folder.database(), e);
        } finally {
            folder.close();
        }
    }
}
