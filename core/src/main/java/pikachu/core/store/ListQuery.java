package pikachu.core.store;

import java.util.Optional;
import pikachu.core.names.NamespaceName;

/**
 * Which documents of a collection and namespace, newest first (by time, then ID).
 *
 * @param label only documents with this label
 * @param since smallest time, inclusive
 * @param upto largest time, inclusive
 */
public record ListQuery(
        Collection collection,
        NamespaceName namespace,
        Optional<String> label,
        long since,
        long upto,
        int skip,
        int limit) {
    public static ListQuery all(Collection collection, NamespaceName namespace) {
        return new ListQuery(collection, namespace, Optional.empty(), 0, Long.MAX_VALUE, 0, Integer.MAX_VALUE);
    }
}
