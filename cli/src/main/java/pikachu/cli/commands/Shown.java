package pikachu.cli.commands;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** One entity as {@code get} prints it: whole, or one field of it. */
record Shown(Session session, String what, ObjectNode entity) {
    void print(Optional<String> field, boolean json) {
        if (field.isEmpty()) {
            if (!json) {
                session.say("ok: got " + what);
            }
            session.print(entity);
            return;
        }
        var name = field.get();
        var value = Optional.ofNullable(entity.get(name))
                .orElseThrow(() -> new IllegalArgumentException("Invalid field filter '" + name + "'."));
        if (!json) {
            session.say("ok: got " + what + ", displaying field " + name);
        }
        session.print(value);
    }
}
