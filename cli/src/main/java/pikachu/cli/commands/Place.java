package pikachu.cli.commands;

import java.util.Optional;
import pikachu.cli.client.EntityPath;

/** Where a list is asked of: nothing, {@code /NAMESPACE}, {@code PACKAGE} or {@code /NAMESPACE/PACKAGE}. */
record Place(String namespace, Optional<String> member) {
    static Place of(Optional<String> typed) {
        var text = typed.orElse("/_");
        if (!text.startsWith("/")) {
            return new Place("_", Optional.of(text));
        }
        var slash = text.indexOf('/', 1);
        return slash < 0
                ? new Place(text.substring(1), Optional.empty())
                : new Place(text.substring(1, slash), Optional.of(text.substring(slash + 1)));
    }

    String path(String collection) {
        var base = EntityPath.namespacePath(namespace) + "/" + collection;
        // the slash at the end says that it is the package's list, not an action of that name
        return member.map(name -> base + "/" + EntityPath.segment(name) + "/").orElse(base);
    }
}
