/**
 * The store: documents with revisions and listings, attachments, and the journal that lets records of the bus outlive the
 * process. Standalone it is SQLite; {@link pikachu.core.memory.InMemoryStore} serves tests and the simulation.
 */
@NullMarked
package pikachu.core.store;

import org.jspecify.annotations.NullMarked;
