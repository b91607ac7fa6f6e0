package pikachu.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * An entity as a user names it: {@code name}, {@code package/name}, {@code /namespace/name} or
 * {@code /namespace/package/name}.
 *
 * @param name with its package
 */
public record EntityPath(String namespace, String name) {
    public static EntityPath of(String typed) {
        var parts = (typed.startsWith("/") ? typed.substring(1) : typed).split("/", -1);
        var hasNamespace = typed.startsWith("/") || parts.length == 3;
        var names = hasNamespace ? parts.length - 1 : parts.length;
        if (names < 1 || names > 2) {
            throw new IllegalArgumentException("The name '" + typed
                    + "' is not valid: write NAME, PACKAGE/NAME, /NAMESPACE/NAME or /NAMESPACE/PACKAGE/NAME.");
        }
        for (var part : parts) {
            if (part.isBlank() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("The name '" + typed + "' is not valid: one of its parts is empty.");
            }
        }
        var start = hasNamespace ? 1 : 0;
        var name = names == 1 ? parts[start] : parts[start] + "/" + parts[start + 1];
        return new EntityPath(hasNamespace ? parts[0] : "_", name);
    }

    /** The namespace that a list is asked of: {@code /ns} or {@code ns}, {@code _} for one's own. */
    public static String namespacePath(String namespace) {
        var bare = namespace.startsWith("/") ? namespace.substring(1) : namespace;
        return "/namespaces/" + segment(bare.isEmpty() ? "_" : bare);
    }

    public String path(String collection) {
        var path = new StringBuilder(namespacePath(namespace)).append('/').append(collection);
        for (var part : name.split("/", -1)) {
            path.append('/').append(segment(part));
        }
        return path.toString();
    }

    /** {@code /namespace/name}, as results name it. */
    public String qualified() {
        return "/" + namespace + "/" + name;
    }

    /** One path segment or query value: a space is %20, never a plus. */
    public static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
