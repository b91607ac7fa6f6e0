package pikachu.core.names;

import java.util.UUID;
import java.util.regex.Pattern;

/** One run of an action: 32 lower-case hexadecimal digits. */
public record ActivationId(String value) {
    private static final Pattern GRAMMAR = Pattern.compile("\\A[0-9a-f]{32}\\z");

    public ActivationId {
        if (value.length() != 32) {
            throw new InvalidName("Activation id length is " + value.length() + " but must be 32.");
        }
        if (!GRAMMAR.matcher(value).matches()) {
            throw new InvalidName("The activation id is not valid.");
        }
    }

    public static ActivationId of(UUID uuid) {
        return new ActivationId(uuid.toString().replace("-", ""));
    }

    @Override
    public String toString() {
        return value;
    }
}
