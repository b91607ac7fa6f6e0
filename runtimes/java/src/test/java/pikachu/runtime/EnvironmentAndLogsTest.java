package pikachu.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.runtime.ProxyProcess.SENTINEL;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an activation sees of itself, and what is seen of it. */
class EnvironmentAndLogsTest {
    @TempDir
    Path folder;

    private ProxyProcess proxy;

    @BeforeEach
    void start() throws IOException {
        proxy = ProxyProcess.start(folder);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
    }

    @Test
    void exportsEveryStringFieldOfRunAndLeavesNothingToTheNext() throws IOException {
        proxy.with("environment");
        var all = proxy.run("{}", "namespace", "guest", "instance_id", "é", "api_key", "u:k", "brand_new", "");
        assertThat(all.body())
                .contains(
                        "\"__OW_NAMESPACE\":\"guest\"",
                        "\"__OW_INSTANCE_ID\":\"é\"",
                        "\"__OW_API_KEY\":\"u:k\"",
                        "\"__OW_BRAND_NEW\":\"\"");
        assertThat(proxy.run("{}", "activation_id", "a2", "instance_id", "i1").body())
                .contains("\"__OW_ACTIVATION_ID\":\"a2\"", "\"__OW_INSTANCE_ID\":\"i1\"")
                .doesNotContain("NAMESPACE")
                .doesNotContain("BRAND");
        var numbers = proxy.ask("/run", "{\"value\":{},\"instance_id\":5,\"group\":null,\"deadline\":\"9\"}");
        assertThat(numbers.body()).isEqualTo("{\"__OW_DEADLINE\":\"9\"}");
        assertThat(proxy.run("{}").body()).isEqualTo("{}");
    }

    @Test
    void exportsInitsEnvironmentAndLetsRunReplaceTheIdentityInIt() throws IOException {
        var env = Map.of(
                "P_TEXT",
                "é",
                "P_NUMBER",
                3,
                "P_OBJECT",
                Map.of("a", new int[] {1}),
                "__OW_API_HOST",
                "h",
                "__OW_GROUP",
                "g",
                "__OW_ACTIVATION_ID",
                "a1");
        assertThat(proxy.init("#environment", env).status()).isEqualTo(200);
        assertThat(proxy.run("{\"prefix\":\"P_\"}", "group", "g").body())
                .contains("\"P_TEXT\":\"é\"", "\"P_NUMBER\":\"3\"", "\"P_OBJECT\":\"{\\\"a\\\":[1]}\"");
        assertThat(proxy.run("{}", "activation_id", "a2").body())
                .contains("\"__OW_API_HOST\":\"h\"", "\"__OW_ACTIVATION_ID\":\"a2\"")
                .doesNotContain("GROUP");
    }

    @Test
    void takesANullVariableForAnEmptyOne() throws IOException {
        var body = ProxyProcess.initialization(
                ProxyProcess.actions(), "example.Actions#environment", true, Map.of("P_NULL", "x"));
        proxy.ask("/init", body.replace("\"x\"", "null"));
        assertThat(proxy.run("{\"prefix\":\"P_\"}").body()).isEqualTo("{\"P_NULL\":\"\"}");
    }

    @Test
    void showsTheEnvironmentToChildrenWhoseOwnIsTouched() throws IOException {
        proxy.with("environment");
        assertThat(proxy.run("{\"child\":1}", "instance_id", "i1").body()).contains("\"__OW_INSTANCE_ID\":\"i1\"");
        assertThat(proxy.run("{\"child\":1}").body()).isEqualTo("{}");
    }

    @Test
    void namesAVariableThatCannotBeSet() throws IOException {
        for (var name : new String[] {"A=B", "", "A\0B"}) {
            var reply = proxy.init("#echo", Map.of(name, "x"));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("The environment variable ").contains("cannot be set");
        }
        assertThat(proxy.sentinels()).isEqualTo(3);
    }

    @Test
    void hasAllOutputAndOneSentinelOfItsOwnLinePerStreamBeforeTheAnswer() throws IOException {
        proxy.with("print");
        assertThat(proxy.out() + proxy.err()).isEmpty();
        assertPrinted("{\"out\":\"no end\",\"err\":\"\"}", "no end\n" + SENTINEL + "\n", SENTINEL + "\n");
        assertPrinted("{\"out\":\"end\\n\",\"err\":\"é\"}", "end\n" + SENTINEL + "\n", "é\n" + SENTINEL + "\n");
        assertPrinted("{\"out\":\"\",\"err\":\"\"}", SENTINEL + "\n", SENTINEL + "\n");
    }

    private void assertPrinted(String value, String out, String err) throws IOException {
        assertThat(proxy.run(value).status()).isEqualTo(200);
        assertThat(proxy.out()).isEqualTo(out);
        assertThat(proxy.err()).isEqualTo(err);
        proxy.forgetLogs();
    }

    @Test
    void printsAgainWhateverAFunctionDidToItsStreams() throws IOException {
        proxy.with("print");
        for (var then : new String[] {"close", "null", "replace", "hostile"}) {
            proxy.run("{\"out\":\"before\",\"err\":\"\",\"then\":\"" + then + "\"}");
            proxy.run("{\"out\":\"after\",\"err\":\"\"}");
            assertThat(proxy.out()).as(then).contains("before\n" + SENTINEL, "after\n" + SENTINEL);
            assertThat(proxy.sentinels()).isEqualTo(2);
            proxy.forgetLogs();
        }
    }

    @Test
    void collectsTheOutputOfChildProcesses() throws IOException {
        proxy.with("print");
        assertPrinted(
                "{\"out\":\"\",\"err\":\"\",\"then\":\"child\"}", "from a child\n" + SENTINEL + "\n", SENTINEL + "\n");
    }
}
