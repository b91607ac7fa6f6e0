package pikachu.core.names;

/** The name of an action (later also of a trigger, rule or package) within its namespace. */
public record EntityName(String value) implements Comparable<EntityName> {
    public EntityName {
        if (value.length() > 256) {
            // The misspelling is OpenWhisk's; clients match on it.
            throw new InvalidName("Name segement longer than allowed: " + value.length() + " > 256.");
        }
        if (!Characters.isEntityName(value)) {
            throw new InvalidName("The name of the entity contains illegal characters.");
        }
    }

    @Override
    public int compareTo(EntityName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
