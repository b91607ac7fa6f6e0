package pikachu.server.controller;

import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import pikachu.core.names.EntityName;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.DocumentKey;
import pikachu.core.store.ListQuery;
import pikachu.core.store.NewDocument;
import pikachu.core.store.RevisionConflict;
import pikachu.core.store.Store;
import pikachu.server.entities.Identity;
import pikachu.server.entities.SubjectJson;

/** Makes and removes users, each a subject with a key for one namespace, for whoever administers the platform. */
public final class Users {
    private static final int SECRET_LENGTH = 64;
    private static final String SECRET_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final Store store;
    private final SecureRandom random = new SecureRandom();

    public Users(Store store) {
        this.store = store;
    }

    /** A subject's key for one namespace. */
    public record User(Identity identity, boolean isBlocked) {}

    /**
     * Lets the subject into the namespace, which is made with its first user.
     *
     * @param key {@code UUID:SECRET}; a new one when empty
     * @throws IllegalArgumentException when a name or the key will not do, or is another user's
     */
    public User create(String subject, Optional<String> namespace, Optional<String> key, long nowMs) {
        var name = new EntityName(subject).value();
        var where = new NamespaceName(namespace.orElse(name));
        var present = list(Optional.of(where));
        if (present.stream().anyMatch(user -> user.identity().subject().equals(name))) {
            throw new IllegalArgumentException("The user " + name + " has a key for the namespace " + where
                    + " already. Show it with: pikachu admin user get " + name);
        }
        if (!present.isEmpty()) {
            throw new IllegalArgumentException("The namespace " + where + " belongs to "
                    + present.getFirst().identity().subject() + ". Choose another with -ns.");
        }
        var identity = Subjects.identity(name, where, key.orElseGet(this::newKey));
        try {
            store.create(new NewDocument(place(identity), nowMs, name, SubjectJson.write(identity)));
        } catch (RevisionConflict e) {
            throw new IllegalArgumentException("The key's UUID " + identity.uuid() + " is another user's.");
        }
        return new User(identity, false);
    }

    private String newKey() {
        var secret = random.ints(SECRET_LENGTH, 0, SECRET_LETTERS.length())
                .mapToObj(i -> String.valueOf(SECRET_LETTERS.charAt(i)))
                .reduce("", String::concat);
        return UUID.randomUUID() + ":" + secret;
    }

    /** All users, or those of one namespace; by subject. */
    public List<User> list(Optional<NamespaceName> namespace) {
        return documents(Optional.empty()).stream()
                .map(Users::user)
                .filter(user -> namespace.isEmpty()
                        || namespace.get().equals(user.identity().namespace()))
                .sorted(Comparator.comparing(user -> user.identity().subject()))
                .toList();
    }

    /** @throws IllegalArgumentException when there is no such user */
    public List<User> get(String subject, Optional<NamespaceName> namespace) {
        var found = documents(subject, namespace).stream().map(Users::user).toList();
        if (found.isEmpty()) {
            throw unknown(subject, namespace);
        }
        return found;
    }

    /** Takes the subject's keys away. What is in the namespace stays, for the next user of that namespace. */
    public List<User> delete(String subject, Optional<NamespaceName> namespace) {
        var found = get(subject, namespace);
        for (var document : documents(subject, namespace)) {
            try {
                store.delete(document.key(), document.revision());
            } catch (RevisionConflict e) {
                throw changing(subject);
            }
        }
        return found;
    }

    /** A blocked user's keys open nothing until it is unblocked. */
    public List<User> block(String subject, boolean isBlocked) {
        get(subject, Optional.empty());
        for (var document : documents(subject, Optional.empty())) {
            var body = SubjectJson.write(user(document).identity(), isBlocked);
            try {
                store.replace(
                        new NewDocument(document.key(), document.time(), document.label(), body), document.revision());
            } catch (RevisionConflict e) {
                throw changing(subject);
            }
        }
        return get(subject, Optional.empty());
    }

    private List<Document> documents(String subject, Optional<NamespaceName> namespace) {
        return documents(Optional.of(subject)).stream()
                .filter(document -> namespace.isEmpty()
                        || namespace.get().equals(user(document).identity().namespace()))
                .toList();
    }

    private List<Document> documents(Optional<String> subject) {
        return store.list(
                new ListQuery(Collection.SUBJECTS, Subjects.KEPT_IN, subject, 0, Long.MAX_VALUE, 0, Integer.MAX_VALUE));
    }

    private static User user(Document document) {
        return new User(SubjectJson.read(document.body()), SubjectJson.isBlocked(document.body()));
    }

    private static DocumentKey place(Identity identity) {
        return new DocumentKey(Collection.SUBJECTS, Subjects.KEPT_IN, identity.uuid());
    }

    private static IllegalArgumentException unknown(String subject, Optional<NamespaceName> namespace) {
        return new IllegalArgumentException("There is no user " + subject
                + namespace.map(name -> " of the namespace " + name).orElse("")
                + ". See all with: pikachu admin user list");
    }

    private static IllegalArgumentException changing(String subject) {
        return new IllegalArgumentException(
                "The user " + subject + " was changed by somebody else just now. Try again.");
    }
}
