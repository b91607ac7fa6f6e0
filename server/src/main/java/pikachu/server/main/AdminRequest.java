package pikachu.server.main;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pikachu.core.names.NamespaceName;
import pikachu.server.controller.Users;
import pikachu.server.controller.Users.User;
import pikachu.server.entities.Json;
import pikachu.server.entities.JsonObject;
import pikachu.server.entities.MalformedJson;
import tools.jackson.core.JsonGenerator;

/** What an administrator asks for, and the form in which it goes to a running platform (docs/formats/admin.md). */
record AdminRequest(Task task, Optional<String> subject, Optional<String> namespace, Optional<String> key) {
    enum Task {
        CREATE,
        GET,
        DELETE,
        LIST,
        BLOCK,
        UNBLOCK;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Task of(String word) {
            for (var task : values()) {
                if (task.word().equals(word)) {
                    return task;
                }
            }
            throw new IllegalArgumentException("There is nothing called '" + word + "' to do with a user.");
        }
    }

    /** @throws IllegalArgumentException when it cannot be done; the message says why */
    List<User> carryOut(Users users, long nowMs) {
        var where = namespace.map(NamespaceName::new);
        return switch (task) {
            case CREATE -> List.of(users.create(who(), namespace, key, nowMs));
            case GET -> users.get(who(), where);
            case DELETE -> users.delete(who(), where);
            case LIST -> users.list(where);
            case BLOCK -> users.block(who(), true);
            case UNBLOCK -> users.block(who(), false);
        };
    }

    private String who() {
        return subject.orElseThrow(() -> new IllegalArgumentException("Say which user."));
    }

    byte[] line() {
        return line(out -> {
            out.writeStringProperty("do", task.word());
            subject.ifPresent(value -> out.writeStringProperty("subject", value));
            namespace.ifPresent(value -> out.writeStringProperty("namespace", value));
            key.ifPresent(value -> out.writeStringProperty("key", value));
        });
    }

    /** @throws IllegalArgumentException when it is no request */
    static AdminRequest read(byte[] line) {
        try {
            var request = JsonObject.parse(line);
            return new AdminRequest(
                    Task.of(request.string("do").orElse("")),
                    request.string("subject"),
                    request.string("namespace"),
                    request.string("key"));
        } catch (MalformedJson e) {
            throw new IllegalArgumentException("The request is not a JSON object: " + e.getMessage());
        }
    }

    static byte[] answer(List<User> users) {
        return line(out -> {
            out.writeName("users");
            out.writeStartArray();
            for (var user : users) {
                out.writeStartObject();
                out.writeStringProperty("subject", user.identity().subject());
                out.writeStringProperty("namespace", user.identity().namespace().value());
                out.writeStringProperty(
                        "key", user.identity().uuid() + ":" + user.identity().secret());
                out.writeBooleanProperty("blocked", user.isBlocked());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    static byte[] failure(String why) {
        return line(out -> out.writeStringProperty("error", why));
    }

    private static byte[] line(Consumer<JsonGenerator> members) {
        var json = Json.write(out -> {
            out.writeStartObject();
            members.accept(out);
            out.writeEndObject();
        });
        return (new String(json, StandardCharsets.UTF_8) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
