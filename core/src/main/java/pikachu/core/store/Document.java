package pikachu.core.store;

/** A document as stored. Each successful write gives it a revision that it never had before. */
public record Document(DocumentKey key, long revision, long time, String label, byte[] body) {}
