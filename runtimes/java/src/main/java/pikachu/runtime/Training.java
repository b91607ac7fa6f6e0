package pikachu.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import pikachu.runtime.action.ActionRuntime;
import pikachu.runtime.action.Source;
import pikachu.runtime.http.Server;

/**
 * What containers do, once, for the JVM to learn from: it serves an action of each form to itself over a Unix socket. The
 * classes that were needed go into the AOT cache, see README.md.
 */
final class Training {
    private static final String CODE = """
            import com.google.gson.JsonObject;
            import java.util.List;
            import java.util.Map;
            import java.util.stream.Collectors;

            public class Hello {
                record Greeting(String text) {}

                public static JsonObject main(JsonObject arguments) {
                    if (arguments.has("fail")) {
                        throw new IllegalStateException("as asked");
                    }
                    var name = arguments.has("name") ? arguments.get("name").getAsString() : "world";
                    var greetings = List.of(new Greeting("Hello " + name), new Greeting("Goodbye"));
                    System.out.println(greetings.stream().map(Greeting::text).collect(Collectors.joining(", ")));
                    var result = new JsonObject();
                    result.addProperty("id", String.valueOf(System.getenv("__OW_INSTANCE_ID")));
                    result.add("arguments", arguments);
                    return result;
                }

                public static Map<String, Object> plain(Map<String, Object> arguments) {
                    return arguments;
                }
            }
            """;

    private Training() {}

    static void run() throws IOException {
        // a relative path is needed nowhere else: the jar goes where the runtime's working folder is
        var folder = Files.createTempDirectory("pikachu-train");
        var jar = Path.of("action.jar").toAbsolutePath();
        try {
            serve(folder, init("Hello", false, CODE.replace("\"", "\\\"").replace("\n", "\\n")));
            serve(folder, init("Hello#plain", true, jar()));
        } finally {
            Files.deleteIfExists(jar);
            Files.deleteIfExists(folder.resolve("s"));
            Files.delete(folder);
        }
    }

    private static String init(String main, boolean isBinary, String code) {
        return """
               {"value":{"name":"hello","main":"%s","binary":%s,"code":"%s","env":{"__OW_ACTION_NAME":"/guest/hello","A":1}}}""".formatted(main, isBinary, code);
    }

    private static String run(String more) {
        return """
               {"value":{"name":"é","list":[1,2.5,true,null,{}]%s},"activation_id":"1","instance_id":"a","deadline":"9"}""".formatted(more);
    }

    private static void serve(Path folder, String init) throws IOException {
        try (var listener = Proxy.listenUnix(folder.resolve("s"))) {
            var thread = new Thread(() -> accept(listener), "pikachu-training");
            thread.setDaemon(true);
            thread.start();
            try (var client = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("s")))) {
                ask(client, "/init", init, 200);
                ask(client, "/init", init, 403);
                for (var more : new String[] {"", "", ",\"fail\":1"}) {
                    ask(client, "/run", run(more), 200);
                }
            }
        }
    }

    private static void accept(ServerSocketChannel listener) {
        try {
            new Server(listener, ActionRuntime.start()).serve();
        } catch (IOException | InterruptedException problem) {
            throw new IllegalStateException("The training's own server failed", problem);
        }
    }

    private static void ask(SocketChannel client, String path, String body, int status) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = "POST " + path + " HTTP/1.1\r\nHost: runtime\r\nContent-Type: application/json\r\nContent-Length: "
                + bytes.length + "\r\n\r\n";
        send(client, head.getBytes(StandardCharsets.US_ASCII));
        send(client, bytes);
        var answer = ByteBuffer.allocate(1 << 16);
        client.read(answer); // small answers come in one piece
        var text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        if (!text.startsWith("HTTP/1.1 " + status)) {
            throw new IllegalStateException("The training's " + path + " was answered: " + text);
        }
    }

    private static void send(SocketChannel client, byte[] bytes) throws IOException {
        for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            client.write(buffer);
        }
    }

    private static String jar() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes)) {
            for (var made : Source.compile(CODE).entrySet()) {
                jar.putNextEntry(new JarEntry(made.getKey().replace('.', '/') + ".class"));
                jar.write(made.getValue());
                jar.closeEntry();
            }
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
