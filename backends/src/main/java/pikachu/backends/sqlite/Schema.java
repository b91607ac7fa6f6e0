package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import pikachu.core.store.Collection;
import pikachu.core.store.StoreUnavailable;

/** The tables and their version; docs/formats/store.md describes them. */
final class Schema {
    static final int VERSION = 1;

    private static final List<String> TABLES = List.of(
            "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            "INSERT INTO counters VALUES ('generation', 0), ('revision', 0)",
            """
            CREATE TABLE documents (
              collection INTEGER NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL,
              revision INTEGER NOT NULL, time INTEGER NOT NULL, label TEXT NOT NULL, body BLOB NOT NULL,
              PRIMARY KEY (collection, namespace, id)) STRICT
            """,
            "CREATE INDEX documents_by_time ON documents (collection, namespace, time, id)",
            "CREATE INDEX documents_by_label ON documents (collection, namespace, label, time, id)",
            """
            CREATE TABLE attachments (
              collection INTEGER NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
              bytes BLOB NOT NULL,
              PRIMARY KEY (collection, namespace, id, name)) STRICT
            """,
            """
            CREATE TABLE journal (
              number INTEGER PRIMARY KEY, topic TEXT NOT NULL, partitions INTEGER NOT NULL,
              part INTEGER NOT NULL, key TEXT, durability TEXT NOT NULL, value BLOB NOT NULL) STRICT
            """,
            "PRAGMA user_version = " + VERSION);

    private Schema() {}

    /** Opens a connection and, on the first, makes the tables. */
    static Connection openWriting(Path database) throws SQLException {
        var connection = open(database);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            // FULL: a commit is on disk when it returns
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA journal_size_limit = 67108864");
            prepare(database, connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    static Connection openReading(Path database) throws SQLException {
        var connection = open(database);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = ON");
            return connection;
        }
    }

    private static Connection open(Path database) throws SQLException {
        var properties = new Properties();
        // Else the driver asks for the last row's number after each insert, by a statement made anew.
        properties.setProperty("jdbc.get_generated_keys", "false");
        return DriverManager.getConnection("jdbc:sqlite:" + database.toAbsolutePath(), properties);
    }

    private static void prepare(Path database, Connection connection) throws SQLException {
        var version = version(connection);
        if (version > VERSION) {
            throw new StoreUnavailable("The database " + database + " has version " + version
                    + ", this program knows versions up to " + VERSION + ": use the newer program that wrote it.");
        }
        if (version == 0) {
            try (var statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                for (var table : TABLES) {
                    statement.execute(table);
                }
                statement.execute("COMMIT");
            }
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("PRAGMA user_version")) {
            return result.getInt(1);
        }
    }

    /** How a collection is written; never the ordinal, which moves when somebody sorts the names. */
    static int number(Collection collection) {
        return switch (collection) {
            case ENTITIES -> 1;
            case ACTIVATIONS -> 2;
            case SUBJECTS -> 3;
            case PLACEMENTS -> 4;
        };
    }
}
