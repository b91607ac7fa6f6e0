package pikachu.core.names;

/**
 * What a running instance is addressed by within its namespace. A caller chooses it ({@link #chosen}), or else it equals
 * the activation ID ({@link #of}). Chosen IDs never look like an activation ID, so the two kinds cannot collide.
 */
public record InstanceId(String value) implements Comparable<InstanceId> {
    private static final int LONGEST = 64;
    private static final int ACTIVATION = 32;

    public InstanceId {
        if (value.isEmpty() || value.length() > LONGEST) {
            throw new InvalidName("An instance ID has 1 to 64 characters, this one has " + value.length()
                    + ". Choose a shorter one.");
        }
        if (!isMadeOfItsCharacters(value) || value.equals(".") || value.equals("..")) {
            throw new InvalidName("The instance ID is not valid: use letters, digits, '.', '_' and '-', "
                    + "not '-' at the start, and neither '.' nor '..' alone.");
        }
    }

    /** An ID that a caller asks for. */
    public static InstanceId chosen(String value) {
        var id = new InstanceId(value);
        if (!id.isChosen()) {
            throw new InvalidName(
                    "The instance ID is not valid: 32 hexadecimal digits have the form of an activation ID, "
                            + "which is kept for instances without a chosen ID.");
        }
        return id;
    }

    /** The ID of an instance whose caller chose none. */
    public static InstanceId of(ActivationId activation) {
        return new InstanceId(activation.value());
    }

    public boolean isChosen() {
        return value.length() != ACTIVATION || !value.chars().allMatch(c -> Characters.isHexadecimal((char) c));
    }

    private static boolean isMadeOfItsCharacters(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (!Characters.isLetterOrDigit(c) && c != '.' && c != '_' && (c != '-' || i == 0)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(InstanceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
