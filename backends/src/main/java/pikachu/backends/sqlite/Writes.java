package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import pikachu.core.names.ActivationId;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.Journal;
import pikachu.core.store.JournalBuffer;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;

/**
 * The one connection that writes, with its statements. Used by the writer's thread only. After a failure it is closed,
 * which undoes the transaction, and a new one takes its place: the driver gives up statements that have failed.
 */
final class Writes implements AutoCloseable {
    /** How many revisions are set aside at once, so that a write costs no second one. */
    private static final int REVISIONS = 1 << 20;

    private final Connection connection;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement create;
    private final PreparedStatement replace;
    private final PreparedStatement delete;
    private final PreparedStatement deleteAttachments;
    private final PreparedStatement attach;
    private final PreparedStatement deleteAttachment;
    private final PreparedStatement keep;
    private final PreparedStatement forget;
    private final PreparedStatement count;
    private long revision;
    private long lastRevision;

    Writes(Path database) throws SQLException {
        connection = Schema.openWriting(database);
        begin = prepare("BEGIN IMMEDIATE");
        commit = prepare("COMMIT");
        create = prepare("INSERT INTO documents (collection, namespace, id, revision, time, label, body)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        replace = prepare("UPDATE documents SET revision = ?, time = ?, label = ?, body = ?"
                + " WHERE collection = ? AND namespace = ? AND id = ? AND revision = ?");
        delete = prepare("DELETE FROM documents WHERE collection = ? AND namespace = ? AND id = ? AND revision = ?");
        deleteAttachments = prepare("DELETE FROM attachments WHERE collection = ? AND namespace = ? AND id = ?");
        attach = prepare("INSERT OR REPLACE INTO attachments (collection, namespace, id, name, bytes)"
                + " VALUES (?, ?, ?, ?, ?)");
        deleteAttachment =
                prepare("DELETE FROM attachments WHERE collection = ? AND namespace = ? AND id = ? AND name = ?");
        keep = prepare("INSERT INTO journal (number, topic, partitions, part, key, durability, value)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)");
        forget = prepare("DELETE FROM journal WHERE number = ?");
        count = prepare("UPDATE counters SET value = value + ? WHERE name = ? RETURNING value");
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    void begin() throws SQLException {
        begin.execute();
    }

    void commit() throws SQLException {
        commit.execute();
    }

    boolean createIfAbsent(NewDocument document, long newRevision) throws SQLException {
        key(create, 1, document.key());
        create.setLong(4, newRevision);
        create.setLong(5, document.time());
        create.setString(6, document.label());
        create.setBytes(7, document.body());
        return create.executeUpdate() == 1;
    }

    boolean createIfAbsent(NewDocument document) throws SQLException {
        return createIfAbsent(document, nextRevision());
    }

    Document create(NewDocument document) throws SQLException {
        var newRevision = nextRevision();
        if (!createIfAbsent(document, newRevision)) {
            throw new RevisionConflict(document.key());
        }
        return stored(document, newRevision);
    }

    Document replace(NewDocument document, long expected) throws SQLException {
        var newRevision = nextRevision();
        replace.setLong(1, newRevision);
        replace.setLong(2, document.time());
        replace.setString(3, document.label());
        replace.setBytes(4, document.body());
        key(replace, 5, document.key());
        replace.setLong(8, expected);
        if (replace.executeUpdate() == 0) {
            throw new RevisionConflict(document.key());
        }
        return stored(document, newRevision);
    }

    void delete(DocumentKey key, long expected) throws SQLException {
        key(delete, 1, key);
        delete.setLong(4, expected);
        if (delete.executeUpdate() == 0) {
            throw new RevisionConflict(key);
        }
        key(deleteAttachments, 1, key);
        deleteAttachments.executeUpdate();
    }

    void attach(DocumentKey key, String name, byte[] bytes) throws SQLException {
        key(attach, 1, key);
        attach.setString(4, name);
        attach.setBytes(5, bytes);
        attach.executeUpdate();
        attach.clearParameters(); // lets go of the bytes
    }

    void deleteAttachment(DocumentKey key, String name) throws SQLException {
        key(deleteAttachment, 1, key);
        deleteAttachment.setString(4, name);
        deleteAttachment.executeUpdate();
    }

    void journal(JournalBuffer.Batch batch) throws SQLException {
        for (var kept : batch.kept()) {
            keep(kept);
        }
        for (var number : batch.settled()) {
            forget.setLong(1, number);
            forget.executeUpdate();
        }
    }

    private void keep(Journal.Kept kept) throws SQLException {
        var bus = kept.bus();
        keep.setLong(1, kept.number());
        keep.setString(2, bus.topic().name());
        keep.setInt(3, bus.topic().partitions());
        keep.setInt(4, bus.partition());
        keep.setString(5, bus.key().map(ActivationId::value).orElse(null));
        keep.setString(6, bus.durability().name());
        keep.setBytes(7, bus.value());
        keep.executeUpdate();
    }

    long nextGeneration() throws SQLException {
        return add("generation", 1);
    }

    private long nextRevision() throws SQLException {
        if (revision == lastRevision) {
            lastRevision = add("revision", REVISIONS);
            revision = lastRevision - REVISIONS;
        }
        return ++revision;
    }

    private long add(String counter, int amount) throws SQLException {
        count.setInt(1, amount);
        count.setString(2, counter);
        try (var result = count.executeQuery()) {
            return result.getLong(1);
        }
    }

    private static Document stored(NewDocument document, long revision) {
        return new Document(document.key(), revision, document.time(), document.label(), document.body());
    }

    static void key(PreparedStatement statement, int from, DocumentKey key) throws SQLException {
        statement.setInt(from, Schema.number(key.collection()));
        statement.setString(from + 1, key.namespace().value());
        statement.setString(from + 2, key.id());
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
