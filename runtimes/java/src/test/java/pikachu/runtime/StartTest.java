package pikachu.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy's command line, its socket, and the AOT cache. */
class StartTest {
    @TempDir
    Path folder;

    @Test
    void takesTheSocketOfADeadPredecessor() throws IOException {
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
        }
        try (var proxy = ProxyProcess.start(folder)) {
            assertThat(proxy.run("{}").status()).isEqualTo(500);
        }
    }

    @Test
    void saysWhyItCannotStart() throws Exception {
        Files.writeString(folder.resolve("file"), "kept");
        assertRefused("usage: ", "--unix");
        assertRefused("usage: ", "--port", "8080");
        assertRefused(
                "cannot listen on --unix", "--unix", folder.resolve("none/s").toString());
        assertRefused(
                "cannot listen on --unix", "--unix", folder.resolve("file").toString());
        assertRefused("cannot listen on --unix", "--unix", "/tmp/" + "x".repeat(200));
        assertRefused("not HOST:PORT", "--tcp", "8080");
        assertRefused("cannot listen on --tcp", "--tcp", "127.0.0.1:99999");
        assertThat(folder.resolve("file")).hasContent("kept");
    }

    private void assertRefused(String message, String... arguments) throws Exception {
        var command = ProxyProcess.classPath(ProxyProcess.JAVA);
        command.addAll(List.of(arguments));
        var output = run(command, 1);
        assertThat(output).contains(message).doesNotContain("\tat ").doesNotContain("Exception");
    }

    @Test
    void saysWhatIsMissingWhenTheEnvironmentIsClosed() throws Exception {
        var command = ProxyProcess.classPath(ProxyProcess.JAVA);
        int opens = command.indexOf("--add-opens");
        command.subList(opens, opens + 2).clear();
        command.addAll(List.of("--unix", folder.resolve("s").toString()));
        assertThat(run(command, 1)).contains("start the runtime with java -jar, or add --add-opens");
    }

    /** From a jar as it is packed, at another place than where the cache was trained, as a runtime is staged. */
    @Test
    void startsFromItsJarAloneWithTheCacheThatItTrained() throws Exception {
        var packed = pack(Files.createDirectory(folder.resolve("packed")));
        var cache = folder.resolve("java.aot");
        var flags = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        run(command(flags, "-XX:AOTCacheOutput=" + cache, packed, "--train"), 0);
        assertThat(Files.size(cache)).isGreaterThan(1 << 20);
        assertThat(folder.resolve("action.jar")).doesNotExist();

        var staged = Files.createDirectory(folder.resolve("staged"));
        for (var name : List.of("proxy.jar", "gson.jar")) {
            Files.copy(
                    packed.resolveSibling(name),
                    staged.resolve(name),
                    java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        // AOTMode=on ends the process when the cache cannot be used
        var command = command(flags, "-XX:AOTCache=" + cache, staged.resolve("proxy.jar"));
        command.addAll(1, List.of("-XX:AOTMode=on", "-Xmx100m", "-Xlog:class+load:file=loaded"));
        try (var proxy = ProxyProcess.start(folder, command)) {
            assertThat(proxy.with("echo").run("{\"a\":1}").body()).isEqualTo("{\"a\":1}");
            assertThat(Files.readString(folder.resolve("loaded")))
                    .contains("pikachu.runtime.action.ActionRuntime source: shared objects file")
                    .contains("com.google.gson.JsonObject source: shared objects file")
                    .contains("java.net.URLClassLoader");
        }
    }

    private static List<String> command(List<String> flags, String cache, Path jar, String... arguments) {
        var command = new ArrayList<>(List.of(ProxyProcess.JAVA.toString(), cache));
        command.addAll(flags);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path pack(Path target) throws IOException {
        var root = ProxyProcess.origin(Proxy.class);
        var classes = new LinkedHashMap<String, byte[]>();
        try (var files = Files.walk(root)) {
            for (var file :
                    files.filter(file -> file.toString().endsWith(".class")).toList()) {
                var name = root.relativize(file).toString().replace('/', '.');
                classes.put(name.substring(0, name.length() - ".class".length()), Files.readAllBytes(file));
            }
        }
        var manifest = Map.of(
                "Main-Class", Proxy.class.getName(), "Class-Path", "gson.jar", "Add-Opens", "java.base/java.util");
        Files.copy(ProxyProcess.origin(Gson.class), target.resolve("gson.jar"));
        return Files.write(target.resolve("proxy.jar"), Jars.bytes(classes, manifest));
    }

    private String run(List<String> command, int code) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            var output = Files.readString(folder.resolve("output"), StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(output).isEqualTo(code);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
