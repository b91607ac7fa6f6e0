package pikachu.server.controller;

import java.util.List;
import java.util.Optional;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.Collection;
import pikachu.core.store.Document;
import pikachu.core.store.ListQuery;
import pikachu.core.store.Store;
import pikachu.server.entities.ActivationJson;

/** The collection of activation records: written by invokers and controllers, read here as stored. */
public final class Activations {
    private final Store store;

    /** Which records are wanted; times in milliseconds since 1970, both inclusive. */
    public record Filter(Optional<String> action, long since, long upto, int skip, int limit) {}

    public Activations(Store store) {
        this.store = store;
    }

    /** @throws Refused with 404 */
    public byte[] get(NamespaceName namespace, ActivationId id) {
        return store.get(ActivationJson.key(namespace, id)).map(Document::body).orElseThrow(Refused::missing);
    }

    /** Newest start first. */
    public List<byte[]> list(NamespaceName namespace, Filter filter) {
        return store.list(query(namespace, filter)).stream().map(Document::body).toList();
    }

    public long count(NamespaceName namespace, Filter filter) {
        return store.count(query(namespace, filter));
    }

    private static ListQuery query(NamespaceName namespace, Filter filter) {
        return new ListQuery(
                Collection.ACTIVATIONS,
                namespace,
                filter.action(),
                filter.since(),
                filter.upto(),
                filter.skip(),
                filter.limit());
    }
}
