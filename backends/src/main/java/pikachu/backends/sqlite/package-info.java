/**
 * The store of a standalone: SQLite in one file. docs/formats/store.md has the tables, docs/decisions/002 the reasons.
 */
@NullMarked
package pikachu.backends.sqlite;

import org.jspecify.annotations.NullMarked;
