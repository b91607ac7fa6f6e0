package pikachu.server.controller;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;
import pikachu.server.entities.Identity;
import pikachu.server.entities.SubjectJson;

/** Who may call, in the store: one document for each namespace's key, found by the namespace's UUID. */
public final class Subjects {
    /** All subjects are kept in one namespace of the store, since a key names no other. */
    static final NamespaceName KEPT_IN = new NamespaceName("whisk.system");

    private static final Pattern UUID = Pattern.compile("\\A[0-9A-Fa-f-]{36}\\z");

    private final Store store;

    public Subjects(Store store) {
        this.store = store;
    }

    /** Makes the key good; does nothing if it is already. Replaces a subject's older key for the same UUID. */
    public void ensure(Identity identity, long nowMs) {
        var body = SubjectJson.write(identity);
        var wanted = new NewDocument(key(identity.uuid()), nowMs, identity.subject(), body);
        var present = store.get(wanted.key());
        if (present.isPresent() && java.util.Arrays.equals(present.get().body(), body)) {
            return;
        }
        try {
            if (present.isPresent()) {
                store.replace(wanted, present.get().revision());
            } else {
                store.create(wanted);
            }
        } catch (RevisionConflict e) {
            // another controller starts with the same users; its document is as good
            if (find(identity.uuid()).filter(identity::equals).isEmpty()) {
                throw e;
            }
        }
    }

    /** The identity that owns this UUID, unless it is blocked. */
    public Optional<Identity> find(String uuid) {
        if (!UUID.matcher(uuid).matches()) {
            return Optional.empty();
        }
        return store.get(key(uuid))
                .filter(document -> !SubjectJson.isBlocked(document.body()))
                .map(document -> SubjectJson.read(document.body()));
    }

    /** Reads {@code uuid:secret}, the form in which keys are handed out. */
    public static Identity identity(String subject, NamespaceName namespace, String apiKey) {
        int colon = apiKey.indexOf(':');
        if (colon < 0 || !UUID.matcher(apiKey.substring(0, colon)).matches()) {
            throw new IllegalArgumentException(
                    "The key of " + subject + " is not of the form UUID:SECRET. Write both, with a colon between.");
        }
        return new Identity(subject, namespace, apiKey.substring(0, colon), apiKey.substring(colon + 1));
    }

    static boolean isSame(String given, String secret) {
        // takes the same time wherever they differ
        return java.security.MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }

    private static DocumentKey key(String uuid) {
        return new DocumentKey(Collection.SUBJECTS, KEPT_IN, uuid);
    }
}
