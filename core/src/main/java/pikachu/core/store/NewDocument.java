package pikachu.core.store;

/**
 * A document to be written.
 *
 * @param time milliseconds since 1970 by which listings are ordered and filtered (start of an activation, update of an
 *     action)
 * @param label what listings can be filtered by (an activation's action), or the empty string
 * @param body JSON as UTF-8; the store does not look inside
 */
public record NewDocument(DocumentKey key, long time, String label, byte[] body) {}
