package pikachu.core.names;

import java.util.regex.Pattern;

/** OpenWhisk's namespace: the tenant and the trust boundary. At most 256 characters of its entity grammar. */
public record NamespaceName(String value) implements Comparable<NamespaceName> {
    private static final Pattern GRAMMAR = Pattern.compile("\\A([\\w]|[\\w][\\w@ .&-]{0,254}[\\w@.&-])\\z");

    public NamespaceName {
        if (value.length() > 256) {
            throw new InvalidName("Namespace longer than allowed: " + value.length() + " > 256.");
        }
        if (!GRAMMAR.matcher(value).matches()) {
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
