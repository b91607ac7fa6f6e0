package pikachu.core.store;

/** Somebody else wrote the document first: it exists already, or its revision is not the expected one. */
public final class RevisionConflict extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RevisionConflict(DocumentKey key) {
        super("Document " + key.id() + " of " + key.namespace() + " was changed by somebody else. Read it again.");
    }
}
