package pikachu.core.store;

import java.util.List;
import java.util.Optional;

/** Documents and attachments. Calls block and may come from any thread; {@link StoreUnavailable} is the only failure. */
public interface Store extends AutoCloseable {
    Optional<Document> get(DocumentKey key);

    /** @throws RevisionConflict if the document exists */
    Document create(NewDocument document);

    /** @throws RevisionConflict if the document's revision is not {@code expected} */
    Document replace(NewDocument document, long expected);

    /**
     * Creates many documents in one transaction. One that exists already is left as it is (the first wins) and is no
     * failure.
     *
     * @return for each document whether it was created
     */
    List<Boolean> createAll(List<NewDocument> documents);

    /**
     * Deletes a document with its attachments.
     *
     * @throws RevisionConflict if the document's revision is not {@code expected} (also when it is gone)
     */
    void delete(DocumentKey key, long expected);

    List<Document> list(ListQuery query);

    /** How many documents {@code list} would give. */
    long count(ListQuery query);

    /** Keeps bytes beside a document; replaces an attachment of that name. */
    void attach(DocumentKey key, String name, byte[] bytes);

    Optional<byte[]> attachment(DocumentKey key, String name);

    void deleteAttachment(DocumentKey key, String name);

    /** The journal of this store. */
    Journal journal();

    @Override
    void close();
}
