package example;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the tests' proxies run, packed in a jar as a user would. */
public final class Actions {
    private static final CyclicBarrier BOTH = new CyclicBarrier(2);
    private static final List<byte[]> HELD = new ArrayList<>();
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Actions() {}

    public static JsonObject echo(JsonObject arguments) {
        return arguments;
    }

    public static JsonArray echo(JsonArray arguments) {
        return arguments;
    }

    public static JsonElement element(JsonElement argument) {
        return argument.getAsJsonObject().get("give");
    }

    public static Map<String, Object> plain(Map<String, Object> arguments) {
        arguments.put(
                "class",
                arguments.get("x") == null ? "" : arguments.get("x").getClass().getSimpleName());
        return arguments;
    }

    public static Object odd(JsonObject arguments) {
        return switch (arguments.get("kind").getAsString()) {
            case "null" -> null;
            case "text" -> "text";
            case "number" -> new JsonPrimitive(3);
            case "nan" -> Map.of("a", Double.NaN);
            case "object" -> Map.of("a", new Object());
            case "list" -> List.of(1, "x");
            case "array" -> new int[] {1, 2};
            case "broken" -> List.of(new Broken());
            default -> arguments;
        };
    }

    /** Its size is a lie. */
    private static final class Broken extends ArrayList<Object> {
        private static final long serialVersionUID = 1;

        @Override
        public java.util.Iterator<Object> iterator() {
            throw new UnsupportedOperationException("no iterator");
        }
    }

    private static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("never");
        }
    }

    public static JsonObject fail(JsonObject arguments) throws Exception {
        switch (arguments.get("kind").getAsString()) {
            case "checked" -> throw new IOException("no such thing");
            case "cause" -> throw new IllegalStateException("outer", new IOException("inner"));
            case "stack" -> fail(arguments);
            case "mute" -> throw new Mute();
            case "link" -> throw new NoClassDefFoundError("example/Gone");
            case "interrupt" -> Thread.currentThread().interrupt();
            default -> System.out.println("nothing to fail");
        }
        return arguments;
    }

    public static JsonObject exit(JsonObject arguments) {
        switch (arguments.get("kind").getAsString()) {
            case "exit" -> System.exit(3);
            case "halt" -> Runtime.getRuntime().halt(4);
            case "memory" -> {
                while (HELD.size() < 1000) {
                    HELD.add(new byte[1 << 20]);
                }
            }
            default -> System.out.println("stays");
        }
        return arguments;
    }

    /** The variables that begin with {@code prefix}; those of a child process with {@code child}. */
    public static JsonObject environment(JsonObject arguments) throws IOException {
        var found = new JsonObject();
        var prefix = arguments.has("prefix") ? arguments.get("prefix").getAsString() : "__OW_";
        if (arguments.has("child")) {
            var child = new ProcessBuilder("/usr/bin/env");
            child.environment().remove("NONE");
            var text = new String(child.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(line -> line.startsWith(prefix)).forEach(line -> {
                int mark = line.indexOf('=');
                found.addProperty(line.substring(0, mark), line.substring(mark + 1));
            });
            return found;
        }
        System.getenv().forEach((name, value) -> {
            if (name.startsWith(prefix) && value.equals(System.getenv(name))) {
                found.addProperty(name, value);
            }
        });
        return found;
    }

    public static JsonObject print(JsonObject arguments) throws IOException {
        System.out.print(arguments.get("out").getAsString());
        System.err.print(arguments.get("err").getAsString());
        switch (arguments.has("then") ? arguments.get("then").getAsString() : "") {
            case "close" -> {
                System.out.close();
                System.err.close();
            }
            case "null" -> {
                System.setOut(null);
                System.setErr(null);
            }
            case "replace" ->
                System.setOut(new java.io.PrintStream(System.out, false, StandardCharsets.UTF_8) {
                    @Override
                    public void close() {
                        throw new IllegalStateException("not mine");
                    }
                });
            case "hostile" ->
                System.setOut(new java.io.PrintStream(System.out, false, StandardCharsets.UTF_8) {
                    @Override
                    public void flush() {
                        throw new IllegalStateException("no flush");
                    }
                });
            case "child" -> {
                try {
                    new ProcessBuilder("echo", "from a child")
                            .inheritIO()
                            .start()
                            .waitFor();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            default -> System.out.flush();
        }
        return new JsonObject();
    }

    /** Returns when two calls are in it at once. */
    public static JsonObject meet(JsonObject arguments)
            throws InterruptedException, BrokenBarrierException, TimeoutException {
        BOTH.await(20, TimeUnit.SECONDS);
        return arguments;
    }

    /** Leaves threads behind, one of which no daemon. */
    public static JsonObject leave(JsonObject arguments) {
        for (int count = 0; count < 3; count++) {
            new Thread(() -> {
                        try {
                            NEVER.await();
                        } catch (InterruptedException end) {
                            System.out.println("woken");
                        }
                    })
                    .start();
        }
        return arguments;
    }

    public static JsonObject hang(JsonObject arguments) throws InterruptedException {
        System.out.println("busy");
        NEVER.await();
        return arguments;
    }

    public static JsonObject standardInput(JsonObject arguments) throws IOException {
        arguments.addProperty("in", System.in.read());
        return arguments;
    }

    public static JsonObject about(JsonObject arguments) throws IOException {
        arguments.addProperty(
                "loader", Thread.currentThread().getContextClassLoader().equals(Actions.class.getClassLoader()));
        try (var resource =
                Thread.currentThread().getContextClassLoader().getResourceAsStream("example/Actions.class")) {
            arguments.addProperty("resource", resource.read());
        }
        arguments.addProperty("java", Runtime.version().feature());
        return arguments;
    }

    /** Whose static code fails as the environment says. */
    public static final class Static {
        static {
            System.out.println("loading");
            var how = String.valueOf(System.getenv("HOW"));
            if (how.equals("throw")) {
                throw new IllegalStateException("bad day");
            }
            if (how.equals("exit")) {
                System.exit(5);
            }
        }

        private Static() {}

        public static JsonObject main(JsonObject arguments) {
            arguments.addProperty("how", System.getenv("HOW"));
            return arguments;
        }
    }
}
