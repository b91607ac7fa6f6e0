package pikachu.server.entities;

import pikachu.core.names.NamespaceName;

/**
 * One key of one subject: it selects exactly one namespace.
 *
 * @param uuid the namespace's ID, the user part of the key
 * @param secret the password part of the key
 */
public record Identity(String subject, NamespaceName namespace, String uuid, String secret) {
    /** Never shows the secret. */
    @Override
    public String toString() {
        return subject + " in " + namespace;
    }
}
