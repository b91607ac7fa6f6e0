package pikachu.runtime.action;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pikachu.runtime.action.Json.NoJson;
import pikachu.runtime.http.Answer;
import pikachu.runtime.http.Body;
import pikachu.runtime.http.Handler;

/**
 * Answers /init and /run for one action. Function code can throw anything, replace its streams or interrupt its thread; each
 * of these ends in one answer and one sentinel on each stream, or in the end of the process. /init calls wait for each
 * other; /run calls go on side by side, as many as the invoker sends.
 */
public final class ActionRuntime implements Handler {
    private static final byte[] OK = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
    private static final String MISSING_CODE = "Missing main/no code to execute.";
    private static final String ALREADY_INITIALIZED = "Cannot initialize the action more than once.";
    private static final String NOT_INITIALIZED = "no action defined yet";
    private static final String WRONG_RESULT = "The action did not return a dictionary or array.";

    private final Environment environment = new Environment();
    private final Logs logs = new Logs();

    /** Held while the action is being made. */
    private final ReentrantLock initializing = new ReentrantLock();

    private volatile @Nullable ActionFunction function;

    /** From now on System.out and System.err are the activations' logs. */
    public static ActionRuntime start() {
        var runtime = new ActionRuntime();
        runtime.logs.install();
        return runtime;
    }

    /** The logs are complete when it returns. */
    @Override
    public Answer answer(String path, Body body) {
        boolean isInit = path.equals("/init");
        Answer answer;
        try {
            var message = decode(body);
            answer = isInit ? initialize(message) : run(message);
        } catch (Refused refusal) {
            answer = error(refusal.status(), refusal.reason());
        } catch (RuntimeException | Error problem) { // a stream of the function's own making, or a defect of ours
            Trace.print(problem);
            answer = error(500, "The Java runtime failed: " + Trace.describe(problem));
        }
        if (!isInit || answer.status() != 200) {
            logs.endActivation();
        }
        return answer;
    }

    private static JsonObject decode(Body body) {
        JsonElement message;
        try {
            message = Json.read(body);
        } catch (NoJson problem) {
            throw new Refused(400, "The request body is not JSON: " + problem.getMessage());
        }
        if (!message.isJsonObject()) {
            throw new Refused(400, "The request body is not a JSON object.");
        }
        return message.getAsJsonObject();
    }

    private static Answer error(int status, String text) {
        return new Answer(status, Json.bytes(Map.of("error", text)));
    }

    private Answer initialize(JsonObject message) {
        initializing.lock();
        try {
            if (function != null) {
                throw new Refused(403, ALREADY_INITIALIZED);
            }
            var value = message.get("value") instanceof JsonObject object ? object : new JsonObject();
            var code = string(value, "code", "");
            if (code.isEmpty()) {
                throw new Refused(403, MISSING_CODE);
            }
            if (value.get("env") instanceof JsonObject variables) {
                environment.initialize(variables);
            }
            boolean isBinary =
                    value.get("binary") instanceof JsonPrimitive binary && binary.isBoolean() && binary.getAsBoolean();
            value.remove("code");
            function = load(code, isBinary, EntryPoint.parse(string(value, "main", "")));
            return new Answer(200, OK);
        } finally {
            initializing.unlock();
        }
    }

    private static String string(JsonObject value, String name, String otherwise) {
        return value.get(name) instanceof JsonPrimitive text && text.isString() ? text.getAsString() : otherwise;
    }

    /** Whatever the action's static code does, the proxy survives, System.exit excepted. */
    private static ActionFunction load(String code, boolean isBinary, EntryPoint entry) {
        var thread = Thread.currentThread();
        var loader = thread.getContextClassLoader();
        try {
            return isBinary ? Jar.load(code, entry, Jar.FILE, Jar.EXPANDED_LIMIT) : Source.load(code, entry);
        } catch (BadAction problem) {
            throw failedToInitialize(problem.reason());
        } catch (ClassNotFoundException problem) {
            throw failedToInitialize("there is no class " + problem.getMessage());
        } catch (ExceptionInInitializerError problem) {
            var cause = problem.getCause() == null ? problem : problem.getCause();
            Trace.print(cause);
            throw failedToInitialize(Trace.describe(cause));
        } catch (Throwable problem) {
            Trace.print(problem);
            throw failedToInitialize(Trace.describe(problem));
        } finally {
            restore(thread, loader);
        }
    }

    private static Refused failedToInitialize(String reason) {
        return new Refused(502, "The action failed to initialize: " + reason);
    }

    private Answer run(JsonObject message) {
        var action = function;
        if (action == null) {
            throw new Refused(500, NOT_INITIALIZED);
        }
        environment.identify(message);
        var given = message.get("value");
        var argument = given == null || given.isJsonNull() ? new JsonObject() : given;
        var thread = Thread.currentThread();
        var loader = thread.getContextClassLoader();
        thread.setContextClassLoader(action.loader());
        try {
            return encode(action.call(argument));
        } catch (Refused refusal) {
            throw refusal;
        } catch (Throwable problem) {
            Trace.print(problem);
            return error(200, Trace.describe(problem));
        } finally {
            restore(thread, loader);
        }
    }

    /** An interrupt left behind would close the connection at its next use. */
    private static void restore(Thread thread, @Nullable ClassLoader loader) {
        thread.setContextClassLoader(loader);
        Thread.interrupted();
    }

    private static Answer encode(@Nullable Object result) {
        boolean isStructure = result instanceof JsonObject
                || result instanceof JsonArray
                || result instanceof Map
                || (result instanceof Iterable && !(result instanceof JsonElement))
                || (result != null && result.getClass().isArray());
        if (result == null || !isStructure) {
            return error(502, WRONG_RESULT);
        }
        try {
            return new Answer(200, Json.bytes(result));
        } catch (NoJson problem) {
            return error(502, "The action returned something that JSON cannot hold: " + problem.getMessage());
        } catch (RuntimeException | Error problem) {
            Trace.print(problem);
            return error(502, "The action returned something that JSON cannot hold: " + Trace.describe(problem));
        }
    }
}
