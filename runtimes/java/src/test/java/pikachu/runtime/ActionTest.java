package pikachu.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What /init and /run do with the action: results, failures, and its end. */
class ActionTest {
    private static final String MISSING = "{\"error\":\"Missing main/no code to execute.\"}";

    @TempDir
    Path folder;

    private ProxyProcess proxy;

    @AfterEach
    void stop() throws IOException {
        if (proxy != null) {
            proxy.close();
        }
    }

    private ProxyProcess start(String... flags) throws IOException {
        proxy = ProxyProcess.start(folder, flags);
        return proxy;
    }

    private static void assertReply(Client.Reply reply, int status, String body) {
        assertThat(reply.status() + " " + reply.body()).isEqualTo(status + " " + body);
    }

    @Test
    void refusesARunBeforeInitAnInitWithoutCodeAndASecondInit() throws IOException {
        start();
        assertReply(proxy.run("{}"), 500, "{\"error\":\"no action defined yet\"}");
        for (var body : List.of(
                "{}",
                "{\"value\":{}}",
                "{\"value\":null}",
                "{\"value\":{\"main\":\"main\"}}",
                "{\"value\":{\"code\":\"\"}}",
                "{\"value\":{\"code\":null}}",
                "{\"value\":{\"code\":3}}")) {
            assertReply(proxy.ask("/init", body), 403, MISSING);
        }
        assertThat(proxy.sentinels()).isEqualTo(8);
        proxy.with("echo");
        assertThat(proxy.sentinels()).isEqualTo(8);
        assertReply(proxy.init("#echo", Map.of()), 403, "{\"error\":\"Cannot initialize the action more than once.\"}");
        assertReply(proxy.run("{\"a\":1}"), 200, "{\"a\":1}");
        assertThat(proxy.sentinels()).isEqualTo(10);
    }

    @Test
    void refusesABodyThatIsNoJsonObject() throws IOException {
        start();
        var bodies = List.of("", "{", "[]", "1", "\"a\"", "{\"a\":1} x", "[".repeat(100_000));
        for (var body : bodies) {
            for (var path : List.of("/init", "/run")) {
                var reply = proxy.ask(path, body);
                assertThat(reply.status()).isEqualTo(400);
                assertThat(reply.body()).startsWith("{\"error\":\"The request body is not ");
            }
        }
        assertThat(proxy.sentinels()).isEqualTo(2L * bodies.size());
    }

    @Test
    void mayBeInitializedAfterAFailedAttemptOfEachKind() throws IOException {
        start();
        var failed = "{\"error\":\"The action failed to initialize: ";
        var source = ProxyProcess.initialization("class X {", "main", false, Map.of());
        assertReply(
                proxy.ask("/init", source),
                502,
                failed + "it does not compile: reached end of file while parsing (line 1)\"}");
        assertThat(proxy.err()).contains("Action.java:1: error: reached end of file while parsing");
        var zip = ProxyProcess.initialization("bm8gemlw", "X", true, Map.of());
        assertThat(proxy.ask("/init", zip).body()).startsWith(failed + "the code is not a base64-encoded jar");
        assertThat(folder.resolve("action.jar")).doesNotExist();
        assertReply(proxy.init("None", Map.of()), 502, failed + "there is no class example.ActionsNone\"}");
        assertThat(proxy.init("#none", Map.of()).body()).startsWith(failed + "class example.Actions has no method");
        assertReply(
                proxy.init("$Static", Map.of("HOW", "throw")),
                502,
                failed + "java.lang.IllegalStateException: bad day\"}");
        assertThat(proxy.err()).contains("\tat ", "example.Actions$Static").doesNotContain("ActionRuntime");
        assertThat(proxy.out()).contains("loading\n");
        assertReply(proxy.init("$Static", Map.of("HOW", "well")), 200, "{\"ok\":true}");
        assertReply(proxy.run("{}"), 200, "{\"how\":\"well\"}");
        assertThat(proxy.sentinels()).isEqualTo(6);
    }

    @Test
    void runsSourceWithUnicodeInItsCodeArgumentsLogsAndResult() throws IOException {
        start();
        var code = "import com.google.gson.*; public class Any { public static JsonObject main(JsonObject a) {"
                + " var s = a.get(\"d\").getAsString() + \" ☃\"; System.out.println(s);"
                + " var r = new JsonObject(); r.addProperty(\"w\", s); return r; } }";
        assertReply(
                proxy.ask("/init", ProxyProcess.initialization(code, "main", false, Map.of())), 200, "{\"ok\":true}");
        assertReply(proxy.run("{\"d\":\"é😀\"}"), 200, "{\"w\":\"é😀 ☃\"}");
        assertThat(proxy.out()).isEqualTo("é😀 ☃\n" + ProxyProcess.SENTINEL + "\n");
    }

    @Test
    void echoesArgumentsOfAllShapes() throws IOException {
        start().with("echo");
        for (var value : List.of(
                "{}",
                "{\"a\":[1,-2.5,1e300,null,true,{\"b\":\"\"}]}",
                "[1,\"x\"]",
                "{\"big\":12345678901234567890123,\"d\":1.10}",
                "{\"lone\":\"\\ud800é\"}",
                "{\"n\":" + "[".repeat(500) + "]".repeat(500) + "}")) {
            assertReply(proxy.run(value), 200, value);
        }
        assertReply(proxy.ask("/run", "{}"), 200, "{}");
        assertReply(proxy.run("null"), 200, "{}");
        var large = "{\"x\":\"" + "é".repeat(9_000_000) + "\"}";
        assertThat(proxy.run(large).body().equals(large)).isTrue();
        assertThat(proxy.sentinels()).isEqualTo(9);
    }

    @Test
    void passesPlainMapsToFunctionsThatTakeThem() throws IOException {
        start().with("plain");
        assertReply(proxy.run("{\"x\":3}"), 200, "{\"x\":3,\"class\":\"Long\"}");
        assertReply(proxy.run("{\"x\":[{}]}"), 200, "{\"x\":[{}],\"class\":\"ArrayList\"}");
        assertReply(
                proxy.run("[1]"), 502, "{\"error\":\"The action's method plain takes Map but was given an array.\"}");
    }

    @Test
    void takesObjectsAndArraysForAnAnswerAndNothingElse() throws IOException {
        start().with("odd");
        var wrong = "{\"error\":\"The action did not return a dictionary or array.\"}";
        var noJson = "{\"error\":\"The action returned something that JSON cannot hold: ";
        for (var kind : List.of("null", "text", "number")) {
            assertReply(proxy.run("{\"kind\":\"" + kind + "\"}"), 502, wrong);
        }
        assertThat(proxy.run("{\"kind\":\"nan\"}").body()).startsWith(noJson);
        assertReply(proxy.run("{\"kind\":\"object\"}"), 502, noJson + "an object of class java.lang.Object\"}");
        assertReply(
                proxy.run("{\"kind\":\"broken\"}"),
                502,
                noJson + "java.lang.UnsupportedOperationException: no iterator\"}");
        assertReply(proxy.run("{\"kind\":\"list\"}"), 200, "[1,\"x\"]");
        assertReply(proxy.run("{\"kind\":\"array\"}"), 200, "[1,2]");
        assertReply(proxy.run("{\"kind\":\"self\"}"), 200, "{\"kind\":\"self\"}");
        assertThat(proxy.sentinels()).isEqualTo(9);
    }

    @Test
    void answersAnExceptionWithItsTextAndLogsTheFunctionsPartOfTheStack() throws IOException {
        start().with("fail");
        assertFails("checked", "java.io.IOException: no such thing");
        assertThat(proxy.err())
                .contains("java.io.IOException: no such thing\n\tat ")
                .contains("example.Actions.fail(Actions.java:")
                .doesNotContain("ActionRuntime")
                .doesNotContain("reflect");
        assertFails("cause", "java.lang.IllegalStateException: outer");
        assertThat(proxy.err()).contains("Caused by: java.io.IOException: inner");
        assertFails("stack", "java.lang.StackOverflowError");
        assertFails("mute", "example.Actions$Mute");
        assertFails("link", "java.lang.NoClassDefFoundError: example/Gone");
        assertReply(proxy.run("{\"kind\":\"no\"}"), 200, "{\"kind\":\"no\"}");
        assertThat(proxy.sentinels()).isEqualTo(6);
    }

    private void assertFails(String kind, String error) throws IOException {
        assertReply(proxy.run("{\"kind\":\"" + kind + "\"}"), 200, "{\"error\":\"" + error + "\"}");
    }

    @Test
    void survivesAnInterruptThatTheFunctionLeavesBehind() throws IOException {
        start().with("fail");
        for (int count = 0; count < 3; count++) {
            assertReply(proxy.run("{\"kind\":\"interrupt\"}"), 200, "{\"kind\":\"interrupt\"}");
        }
    }

    @ParameterizedTest
    @CsvSource({"exit, 3", "halt, 4", "memory, 3"})
    void endsWithoutAnAnswerWhenTheFunctionEndsTheProcess(String kind, int code) throws Exception {
        start("-Xmx48m").with("exit");
        assertReply(proxy.run("{\"kind\":\"no\"}"), 200, "{\"kind\":\"no\"}");
        assertThatThrownBy(() -> proxy.run("{\"kind\":\"" + kind + "\"}")).isInstanceOf(EOFException.class);
        assertThat(proxy.exitCode()).isEqualTo(code);
    }

    @Test
    void endsWithoutAnAnswerWhenStaticCodeEndsTheProcess() throws Exception {
        start();
        assertThatThrownBy(() -> proxy.init("$Static", Map.of("HOW", "exit"))).isInstanceOf(EOFException.class);
        assertThat(proxy.exitCode()).isEqualTo(5);
    }

    @Test
    void runsSeveralCallsAtOnceOnSeveralConnections() throws IOException {
        start().with("meet");
        var other = proxy.connect();
        proxy.client().send(Client.request("/run", "{\"value\":{\"n\":1}}".getBytes(StandardCharsets.UTF_8)));
        assertReply(other.ask("/run", "{\"value\":{\"n\":2}}"), 200, "{\"n\":2}");
        assertReply(proxy.client().reply(), 200, "{\"n\":1}");
        assertThat(proxy.sentinels()).isEqualTo(2);
    }

    @Test
    void goesOnWithThreadsThatAFunctionLeftBehind() throws Exception {
        start().with("leave");
        for (int count = 0; count < 3; count++) {
            assertReply(proxy.run("{}"), 200, "{}");
        }
        proxy.process().destroy();
        assertThat(proxy.exitCode()).isEqualTo(143);
    }

    @Test
    void endsAtOnceOnSigtermEvenWithinACall() throws Exception {
        start().with("hang");
        proxy.client().send(Client.request("/run", new byte[] {'{', '}'}));
        await().until(() -> proxy.out().contains("busy"));
        proxy.process().destroy();
        assertThat(proxy.exitCode()).isEqualTo(143);
    }

    @Test
    void givesEndOfFileOnStandardInputAndTheActionsOwnClassLoader() throws IOException {
        start().with("standardInput");
        assertReply(proxy.run("{}"), 200, "{\"in\":-1}");
        proxy.close();
        start().with("about");
        assertThat(proxy.run("{}").body()).startsWith("{\"loader\":true,\"resource\":202,");
    }

    @Test
    void listensOnTcpAsWell() throws IOException {
        proxy = ProxyProcess.startTcp(folder).with("echo");
        assertReply(proxy.run("{\"a\":1}"), 200, "{\"a\":1}");
    }

    @Test
    void runsOnJava17Too() throws IOException {
        var java = Path.of("/usr/lib/jvm/java-17-openjdk-amd64/bin/java");
        assumeTrue(java.toFile().canExecute(), "Debian's Java 17 is not here");
        proxy = ProxyProcess.start(folder, ProxyProcess.classPath(java));
        var code = "import com.google.gson.*; class Any { static JsonObject main(JsonObject a) {"
                + " a.addProperty(\"id\", System.getenv(\"__OW_INSTANCE_ID\")); return a; } }";
        proxy.ask("/init", ProxyProcess.initialization(code, "main", false, Map.of()));
        assertReply(proxy.run("{}", "instance_id", "i1"), 200, "{\"id\":\"i1\"}");
        assertReply(proxy.run("{}"), 200, "{\"id\":null}");
    }
}
