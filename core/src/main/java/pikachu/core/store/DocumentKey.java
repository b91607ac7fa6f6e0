package pikachu.core.store;

import pikachu.core.names.NamespaceName;

/** A document's place: collection, namespace and ID within both. */
public record DocumentKey(Collection collection, NamespaceName namespace, String id) {}
