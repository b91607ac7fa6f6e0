package pikachu.runtime.action;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The variables that the function sees by {@code System.getenv}, as /init and /run set them.
 *
 * <p>Java has no way to set them, so the map behind {@code System.getenv()} is written to, as OpenWhisk's Java runtime does;
 * only what changed, and most fields never do. That map is a HashMap which other threads read meanwhile: it is made large
 * enough once, so that no entry is moved while they do. The process's own environment stays as it was, so a child process
 * has the variables when {@code ProcessBuilder.environment()} has been called for it.
 */
final class Environment {
    private static final String PREFIX = "__OW_";
    private static final int ROOM = 256;

    /**
     * Whatever of these an earlier /run (or /init's environment) set and this one does not is removed: a warm instance must
     * not see its predecessor's identity.
     */
    private static final Set<String> RUN_FIELDS = Set.of(
            "namespace",
            "action_name",
            "action_version",
            "activation_id",
            "transaction_id",
            "deadline",
            "api_key",
            "instance_id",
            "instance_epoch",
            "instance_address",
            "instance_port",
            "instance_key",
            "directory",
            "channel",
            "shared_memory",
            "volumes",
            "group",
            "group_rank",
            "group_size");

    private final Map<String, String> variables;

    /** Guards exported and all writing. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Field of /run -> value, as last exported. */
    private final Map<String, String> exported = new HashMap<>();

    Environment() {
        this(writable());
        for (int number = 0; number < ROOM; number++) {
            variables.put(PREFIX + number, "");
        }
        for (int number = 0; number < ROOM; number++) {
            variables.remove(PREFIX + number);
        }
    }

    private Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    @SuppressWarnings("unchecked") // the map behind a Map<String, String>
    private static Map<String, String> writable() {
        try {
            Map<String, String> view = System.getenv();
            Field field = view.getClass().getDeclaredField("m");
            field.setAccessible(true);
            return (Map<String, String>) field.get(view);
        } catch (ReflectiveOperationException | RuntimeException problem) {
            throw new IllegalStateException(
                    "The environment cannot be set: start the runtime with java -jar, or add"
                            + " --add-opens java.base/java.util=ALL-UNNAMED to the command line",
                    problem);
        }
    }

    /** @param values of /init's {@code env} */
    void initialize(JsonObject values) {
        lock.lock();
        try {
            for (var entry : values.entrySet()) {
                var name = entry.getKey();
                var text = text(entry.getValue());
                put(name, text);
                var field = name.startsWith(PREFIX)
                        ? name.substring(PREFIX.length()).toLowerCase(Locale.ROOT)
                        : "";
                if (RUN_FIELDS.contains(field) && name.equals(variable(field))) {
                    exported.put(field, text);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static String text(JsonElement value) {
        if (value.isJsonNull()) {
            return "";
        }
        return isString(value) ? value.getAsString() : Json.text(value);
    }

    /** @param message of /run, whose string fields are the instance's identity */
    void identify(JsonObject message) {
        lock.lock();
        try {
            int kept = 0;
            for (var entry : message.entrySet()) {
                if (!isIdentity(entry.getKey(), entry.getValue())) {
                    continue;
                }
                kept++;
                var value = entry.getValue().getAsString();
                if (!value.equals(exported.get(entry.getKey()))) {
                    put(variable(entry.getKey()), value);
                    exported.put(entry.getKey(), value);
                }
            }
            if (kept != exported.size()) {
                forget(message);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(JsonObject message) {
        for (Iterator<String> fields = exported.keySet().iterator(); fields.hasNext(); ) {
            var field = fields.next();
            var value = message.get(field);
            if (value == null || !isIdentity(field, value)) {
                variables.remove(variable(field));
                fields.remove();
            }
        }
    }

    private static boolean isIdentity(String field, JsonElement value) {
        return isString(value) && !field.equals("value");
    }

    private static boolean isString(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    private static String variable(String field) {
        return PREFIX + field.toUpperCase(Locale.ROOT);
    }

    private void put(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0 || value.indexOf('\0') >= 0) {
            throw new Refused(
                    400,
                    "The environment variable '" + name + "' cannot be set: a name must be"
                            + " there and have no '=', and neither name nor value may have a zero character.");
        }
        variables.put(name, value);
    }
}
