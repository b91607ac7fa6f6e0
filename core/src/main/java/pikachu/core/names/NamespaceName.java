package pikachu.core.names;

/** OpenWhisk's namespace: the tenant and the trust boundary. At most 256 characters of its entity grammar. */
public record NamespaceName(String value) implements Comparable<NamespaceName> {
    public NamespaceName {
        if (value.length() > 256) {
            throw new InvalidName("Namespace longer than allowed: " + value.length() + " > 256.");
        }
        if (!Characters.isEntityName(value)) {
            throw new InvalidName("The namespace contains illegal characters.");
        }
    }

    @Override
    public int compareTo(NamespaceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
