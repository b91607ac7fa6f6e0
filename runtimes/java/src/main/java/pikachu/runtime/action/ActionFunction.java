package pikachu.runtime.action;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The static methods of one class and name that can take an activation's argument. OpenWhisk knows {@code JsonObject
 * main(JsonObject)} and the same with JsonArray; {@code Map} and {@code List} do without Gson.
 */
final class ActionFunction {
    /** What may take an object, and what may take an array, the preferred first. */
    private static final List<Class<?>> FOR_OBJECTS = List.of(JsonObject.class, JsonElement.class, Map.class);

    private static final List<Class<?>> FOR_ARRAYS = List.of(JsonArray.class, JsonElement.class, List.class);

    private final String name;
    private final ClassLoader loader;
    private final Map<Class<?>, Method> methods;

    private ActionFunction(String name, ClassLoader loader, Map<Class<?>, Method> methods) {
        this.name = name;
        this.loader = loader;
        this.methods = methods;
    }

    /** None when the class has no such method. */
    static Optional<ActionFunction> find(Class<?> owner, String name) {
        var methods = new LinkedHashMap<Class<?>, Method>();
        for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
            for (var method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && isFitting(method)) {
                    method.setAccessible(true); // its class need not be public
                    methods.putIfAbsent(method.getParameterTypes()[0], method);
                }
            }
        }
        return methods.isEmpty()
                ? Optional.empty()
                : Optional.of(new ActionFunction(name, owner.getClassLoader(), methods));
    }

    private static boolean isFitting(Method method) {
        if (!Modifier.isStatic(method.getModifiers()) || method.getParameterCount() != 1) {
            return false;
        }
        var type = method.getParameterTypes()[0];
        return FOR_OBJECTS.contains(type) || FOR_ARRAYS.contains(type);
    }

    ClassLoader loader() {
        return loader;
    }

    /** @throws Throwable whatever the function throws */
    @Nullable
    Object call(JsonElement argument) throws Throwable {
        var method = method(argument);
        var type = method.getParameterTypes()[0];
        Object given = argument;
        if (type == Map.class) {
            given = Plain.map(argument.getAsJsonObject());
        } else if (type == List.class) {
            given = Plain.list(argument.getAsJsonArray());
        }
        try {
            return method.invoke(null, given);
        } catch (InvocationTargetException failure) {
            throw failure.getCause() == null ? failure : failure.getCause();
        }
    }

    private Method method(JsonElement argument) {
        var types = argument.isJsonArray() ? FOR_ARRAYS : FOR_OBJECTS;
        for (var type : types) {
            var method = methods.get(type);
            if (method != null) {
                return method;
            }
        }
        var taken = new ArrayList<String>();
        methods.keySet().forEach(type -> taken.add(type.getSimpleName()));
        throw new Refused(
                502,
                "The action's method " + name + " takes " + String.join(" or ", taken) + " but was given "
                        + (argument.isJsonArray() ? "an array." : "an object."));
    }
}
