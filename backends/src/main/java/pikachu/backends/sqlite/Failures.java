package pikachu.backends.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteException;
import pikachu.core.store.StoreUnavailable;

/** What went wrong, in words that say what to do. */
final class Failures {
    private Failures() {}

    static StoreUnavailable of(Path database, SQLException e) {
        return new StoreUnavailable(words(database, e) + " (" + e.getMessage() + ")", e);
    }

    private static String words(Path database, SQLException e) {
        // the lower byte is SQLite's primary result code
        var code = e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : e.getErrorCode() & 0xff;
        return switch (code) {
            case 13 -> "The disk below " + database + " is full: free some space; what was acknowledged is safe.";
            case 10 -> "The disk below " + database + " fails or is full: see the kernel's log and free some space.";
            case 11, 26 ->
                "The database " + database
                        + " is damaged, or is no database: put a copy in its place, or move it away.";
            case 8, 14, 23, 3 ->
                "The database " + database + " cannot be written: see who owns the folder and its files.";
            default -> "The database " + database + " refuses.";
        };
    }
}
