package pikachu.core.names;

/** The characters that names are made of. By hand, since every record of the bus is full of names and regexes cost. */
final class Characters {
    private Characters() {}

    static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static boolean isHexadecimal(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /**
     * OpenWhisk's grammar of entity names: letters, digits and '_' at the start; behind it also '@', '.', '&', '-' and, but
     * not at the end, spaces.
     */
    static boolean isEntityName(String name) {
        if (name.isEmpty() || !isWord(name.charAt(0)) || name.charAt(name.length() - 1) == ' ') {
            return false;
        }
        for (var i = 1; i < name.length(); i++) {
            var c = name.charAt(i);
            if (!isWord(c) && "@.&- ".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWord(char c) {
        return isLetterOrDigit(c) || c == '_';
    }
}
