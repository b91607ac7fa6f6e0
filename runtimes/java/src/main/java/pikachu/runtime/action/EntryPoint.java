package pikachu.runtime.action;

import java.util.Optional;

/**
 * What an action's {@code main} names: {@code package.Class} or {@code package.Class#method}.
 *
 * @param className none when the code decides
 */
record EntryPoint(Optional<String> className, String method) {
    /** OpenWhisk sends it for an action that has no {@code main}. */
    private static final String DEFAULT = "main";

    static EntryPoint parse(String main) {
        int mark = main.indexOf('#');
        var owner = mark < 0 ? main : main.substring(0, mark);
        var method = mark < 0 ? "" : main.substring(mark + 1);
        return new EntryPoint(
                owner.isEmpty() || owner.equals(DEFAULT) ? Optional.empty() : Optional.of(owner),
                method.isEmpty() ? DEFAULT : method);
    }

    /** The class's static code runs now, so that what it prints and its failure belong to /init. */
    ActionFunction load(String owner, ClassLoader loader) throws ReflectiveOperationException {
        var type = Class.forName(owner, true, loader);
        return ActionFunction.find(type, method)
                .orElseThrow(() -> new BadAction("class " + owner + " has no method 'public static JsonObject " + method
                        + "(JsonObject)', nor one with JsonArray, JsonElement, Map or List"));
    }
}
