package pikachu.runtime;

import static org.awaitility.Awaitility.await;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import example.Actions;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real proxy in a process of its own, and what it wrote. */
final class ProxyProcess implements AutoCloseable {
    static final String SENTINEL = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX";
    static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Process process;
    private final SocketAddress address;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder err = new StringBuilder();
    private final List<Client> clients = new ArrayList<>();
    private final Client client;

    private ProxyProcess(List<String> command, SocketAddress address, Path folder) throws IOException {
        this.address = address;
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8"));
        this.process = builder.start();
        await("the proxy to listen")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(this::isListening);
        this.client = connect();
    }

    private boolean isListening() throws IOException {
        if (!process.isAlive()) {
            throw new AssertionError(
                    "the proxy ended: " + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        try (var probe = Client.connect(address)) {
            return probe != null;
        } catch (IOException notYet) {
            return false;
        }
    }

    static ProxyProcess start(Path folder, String... flags) throws IOException {
        return start(folder, classPath(JAVA, flags));
    }

    static ProxyProcess start(Path folder, List<String> command) throws IOException {
        var socket = folder.resolve("s");
        var all = new ArrayList<>(command);
        all.addAll(List.of("--unix", socket.toString()));
        return new ProxyProcess(all, UnixDomainSocketAddress.of(socket), folder);
    }

    static ProxyProcess startTcp(Path folder) throws IOException {
        int port;
        try (var probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        var command = classPath(JAVA);
        command.addAll(List.of("--tcp", "127.0.0.1:" + port));
        return new ProxyProcess(command, new InetSocketAddress("127.0.0.1", port), folder);
    }

    /** From the class files, which there are before there is a jar. */
    static List<String> classPath(Path java, String... flags) {
        var command = new ArrayList<>(List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx128m"));
        command.addAll(List.of(flags));
        command.addAll(List.of("--add-opens", "java.base/java.util=ALL-UNNAMED", "-cp"));
        command.add(origin(Proxy.class) + File.pathSeparator + origin(Gson.class));
        command.add(Proxy.class.getName());
        return command;
    }

    static Path origin(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    /** The jar with the tests' functions. */
    static String actions() {
        var classes = new LinkedHashMap<String, byte[]>();
        var folder = origin(Actions.class).resolve("example");
        try (var files = Files.newDirectoryStream(folder, "Actions*.class")) {
            for (var file : files) {
                var name = file.getFileName().toString();
                classes.put(
                        "example." + name.substring(0, name.length() - ".class".length()), Files.readAllBytes(file));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return Jars.of(classes, Map.of());
    }

    Client connect() throws IOException {
        clients.add(Client.connect(address));
        return clients.get(clients.size() - 1);
    }

    static String initialization(String code, String main, boolean isBinary, Map<String, ?> env) {
        var value = Map.of("name", "hello", "main", main, "code", code, "binary", isBinary, "env", env);
        return new Gson().toJson(Map.of("value", value));
    }

    /** With one of the functions of {@link Actions}. */
    Client.Reply init(String method, Map<String, ?> env) throws IOException {
        return client.ask("/init", initialization(actions(), "example.Actions" + method, true, env));
    }

    ProxyProcess with(String method) throws IOException {
        var reply = init("#" + method, Map.of());
        if (reply.status() != 200) {
            throw new AssertionError(reply.body());
        }
        return this;
    }

    Client.Reply ask(String path, String body) throws IOException {
        return client.ask(path, body);
    }

    Client client() {
        return client;
    }

    /** @param value of the function, as JSON */
    Client.Reply run(String value, String... fields) throws IOException {
        var message = new JsonObject();
        for (int index = 0; index < fields.length; index += 2) {
            message.addProperty(fields[index], fields[index + 1]);
        }
        var text = message.toString();
        return client.ask("/run", "{\"value\":" + value + (fields.length == 0 ? "}" : "," + text.substring(1)));
    }

    /** What is in the pipe right now: an answer promises that its logs are. */
    String out() throws IOException {
        return read(process.getInputStream(), out);
    }

    String err() throws IOException {
        return read(process.getErrorStream(), err);
    }

    private static String read(InputStream pipe, StringBuilder text) throws IOException {
        for (int count = pipe.available(); count > 0; count = pipe.available()) {
            text.append(new String(pipe.readNBytes(count), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /** How often each stream was ended; both must agree. */
    long sentinels() throws IOException {
        long ofOut = out().lines().filter(SENTINEL::equals).count();
        long ofErr = err().lines().filter(SENTINEL::equals).count();
        if (ofOut != ofErr) {
            throw new AssertionError(ofOut + " sentinels on standard output but " + ofErr + " on standard error");
        }
        return ofOut;
    }

    void forgetLogs() throws IOException {
        sentinels();
        out.setLength(0);
        err.setLength(0);
    }

    Process process() {
        return process;
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the proxy lives on");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            exitCode();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        for (var each : clients) {
            each.close();
        }
        process.getInputStream().close();
        process.getErrorStream().close();
        process.getOutputStream().close();
    }
}
