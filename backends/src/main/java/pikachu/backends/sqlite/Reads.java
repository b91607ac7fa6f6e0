package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pikachu.core.bus.BusRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.names.ActivationId;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.Journal;
import pikachu.core.store.ListQuery;

/** A connection that reads, with its statements. Used by one thread at a time. */
final class Reads implements AutoCloseable {
    private static final String SHELF =
            " FROM documents WHERE collection = ? AND namespace = ? AND time >= ? AND time <= ?";
    private static final String LABELLED = SHELF + " AND label = ?";
    private static final String NEWEST_FIRST = " ORDER BY time DESC, id DESC LIMIT ? OFFSET ?";
    private static final String COLUMNS = "SELECT id, revision, time, label, body";

    private final Connection connection;
    private final PreparedStatement get;
    private final PreparedStatement attachment;
    private final PreparedStatement list;
    private final PreparedStatement listLabelled;
    private final PreparedStatement count;
    private final PreparedStatement countLabelled;

    Reads(Path database) throws SQLException {
        connection = Schema.openReading(database);
        get = prepare("SELECT revision, time, label, body FROM documents"
                + " WHERE collection = ? AND namespace = ? AND id = ?");
        attachment = prepare(
                "SELECT bytes FROM attachments" + " WHERE collection = ? AND namespace = ? AND id = ? AND name = ?");
        list = prepare(COLUMNS + SHELF + NEWEST_FIRST);
        listLabelled = prepare(COLUMNS + LABELLED + NEWEST_FIRST);
        count = prepare("SELECT count(*)" + SHELF);
        countLabelled = prepare("SELECT count(*)" + LABELLED);
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    Optional<Document> get(DocumentKey key) throws SQLException {
        Writes.key(get, 1, key);
        try (var row = get.executeQuery()) {
            return row.next()
                    ? Optional.of(new Document(key, row.getLong(1), row.getLong(2), row.getString(3), row.getBytes(4)))
                    : Optional.empty();
        }
    }

    Optional<byte[]> attachment(DocumentKey key, String name) throws SQLException {
        Writes.key(attachment, 1, key);
        attachment.setString(4, name);
        try (var row = attachment.executeQuery()) {
            return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
        }
    }

    List<Document> list(ListQuery query) throws SQLException {
        var statement = query.label().isPresent() ? listLabelled : list;
        var next = filter(statement, query);
        statement.setInt(next, query.limit());
        statement.setInt(next + 1, query.skip());
        var documents = new ArrayList<Document>();
        try (var row = statement.executeQuery()) {
            while (row.next()) {
                documents.add(document(query, row));
            }
        }
        return documents;
    }

    private static Document document(ListQuery query, ResultSet row) throws SQLException {
        var key = new DocumentKey(query.collection(), query.namespace(), row.getString(1));
        return new Document(key, row.getLong(2), row.getLong(3), row.getString(4), row.getBytes(5));
    }

    long count(ListQuery query) throws SQLException {
        var statement = query.label().isPresent() ? countLabelled : count;
        filter(statement, query);
        try (var row = statement.executeQuery()) {
            return Math.clamp(row.getLong(1) - query.skip(), 0, query.limit());
        }
    }

    private static int filter(PreparedStatement statement, ListQuery query) throws SQLException {
        statement.setInt(1, Schema.number(query.collection()));
        statement.setString(2, query.namespace().value());
        statement.setLong(3, query.since());
        statement.setLong(4, query.upto());
        if (query.label().isEmpty()) {
            return 5;
        }
        statement.setString(5, query.label().get());
        return 6;
    }

    List<Journal.Kept> journal() throws SQLException {
        var kept = new ArrayList<Journal.Kept>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT number, topic, partitions, part, key, durability, value FROM journal ORDER BY number")) {
            while (row.next()) {
                kept.add(new Journal.Kept(record(row), row.getLong(1)));
            }
        }
        return kept;
    }

    private static BusRecord record(ResultSet row) throws SQLException {
        return new BusRecord(
                new Topic(row.getString(2), row.getInt(3)),
                row.getInt(4),
                Optional.ofNullable(row.getString(5)).map(ActivationId::new),
                row.getBytes(7),
                Durability.valueOf(row.getString(6)));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
