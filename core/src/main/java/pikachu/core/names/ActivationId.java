package pikachu.core.names;

import java.util.UUID;

/** One run of an action: 32 lower-case hexadecimal digits. */
public record ActivationId(String value) {
    private static final int LENGTH = 32;

    public ActivationId {
        if (value.length() != LENGTH) {
            throw new InvalidName("Activation id length is " + value.length() + " but must be 32.");
        }
        if (!isLowerHexadecimal(value)) {
            throw new InvalidName("The activation id is not valid.");
        }
    }

    private static boolean isLowerHexadecimal(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (!Characters.isHexadecimal(c) || (c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return true;
    }

    public static ActivationId of(UUID uuid) {
        return new ActivationId(uuid.toString().replace("-", ""));
    }

    @Override
    public String toString() {
        return value;
    }
}
