package pikachu.core.names;

/** Where an action lives: its owner's namespace and its name there. */
public record ActionName(NamespaceName namespace, EntityName name) {
    /** OpenWhisk's path form, {@code namespace/name}. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
