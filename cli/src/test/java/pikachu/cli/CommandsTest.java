package pikachu.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {
    private static final String NS = "/api/v1/namespaces/_";
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String MISSING = "{\"error\":\"The requested resource does not exist.\",\"code\":\"tid1\"}";

    private final ScriptedApi api = new ScriptedApi();

    @TempDir
    private Path folder;

    private Path props;

    @BeforeEach
    void pointToTheServer() throws IOException {
        props = Files.writeString(folder.resolve("props"), "APIHOST=" + api.host() + "\nAUTH=me:secret\n");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private CommandLineRun run(String... arguments) {
        return CommandLineRun.of(Map.of("WSK_CONFIG_FILE", props.toString(), "HOME", folder.toString()), arguments);
    }

    private Path python() throws IOException {
        return Files.writeString(folder.resolve("fib.py"), "def main(a): return {'ä': 1}\n");
    }

    @Test
    void createsAnActionOfTheKindThatTheFilesEndingTells() throws IOException {
        api.on("PUT " + NS + "/actions/fib", 200, "{}");
        var run = run(
                "action",
                "create",
                "fib",
                python().toString(),
                "-p",
                "n",
                "39",
                "-p",
                "who",
                "you",
                "-a",
                "web",
                "true",
                "-m",
                "128",
                "-t",
                "1000");
        assertThat(run).isEqualTo(new CommandLineRun(0, "ok: created action fib\n", ""));
        assertThat(api.onlyRequest().authorization()).isEqualTo("Basic bWU6c2VjcmV0");
        assertThat(api.onlyRequest().body())
                .isEqualTo("{\"exec\":{\"kind\":\"python:default\",\"code\":\"def main(a): return {'ä': 1}\\n\"},"
                        + "\"parameters\":[{\"key\":\"n\",\"value\":39},{\"key\":\"who\",\"value\":\"you\"}],"
                        + "\"annotations\":[{\"key\":\"web\",\"value\":true}],"
                        + "\"limits\":{\"timeout\":1000,\"memory\":128}}");
    }

    @Test
    void sendsArchivesInBase64AndAsksForTheirKind() throws IOException {
        var zip = Files.write(folder.resolve("fib.zip"), new byte[] {'P', 'K', 3, 4})
                .toString();
        api.on("PUT " + NS + "/actions/fib", 200, "{}");
        assertThat(run("action", "create", "fib", zip).err())
                .startsWith(
                        "error: creating an action from a .zip artifact requires specifying the action kind explicitly");
        assertThat(run("action", "create", "fib", zip, "--kind", "python:3", "--main", "go")
                        .code())
                .isZero();
        assertThat(api.onlyRequest().body())
                .isEqualTo("{\"exec\":{\"kind\":\"python:3\",\"code\":\"UEsDBA==\",\"main\":\"go\"}}");
    }

    @Test
    void updatesOnlyWhatIsSaid() {
        api.on("PUT " + NS + "/actions/fib?overwrite=true", 200, "{}");
        assertThat(run("action", "update", "fib", "-l", "3").out()).isEqualTo("ok: updated action fib\n");
        assertThat(api.onlyRequest().body()).isEqualTo("{\"limits\":{\"logs\":3}}");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "fib, _/actions/fib, /_/fib",
                "/guest/fib, guest/actions/fib, /guest/fib",
                "pkg/fib, _/actions/pkg/fib, /_/pkg/fib",
                "/guest/pkg/fib, guest/actions/pkg/fib, /guest/pkg/fib",
                "a b&c@d.e, _/actions/a%20b%26c%40d.e, /_/a b&c@d.e",
                "x+y?z, _/actions/x%2By%3Fz, /_/x+y?z"
            })
    void encodesNames(String typed, String path, String shown) {
        api.on(
                "POST /api/v1/namespaces/" + path + "?blocking=false&result=false",
                202,
                "{\"activationId\":\"" + ID + "\"}");
        assertThat(run("action", "invoke", typed))
                .isEqualTo(new CommandLineRun(0, "ok: invoked " + shown + " with id " + ID + "\n", ""));
    }

    @Test
    void sendsValuesThatAreJsonAsJsonAndFilesFirst() throws IOException {
        var file = Files.writeString(folder.resolve("p.json"), "{\"n\":1,\"big\":12345678901234567890.10}");
        api.on("POST " + NS + "/actions/fib?blocking=false&result=false", 202, "{\"activationId\":\"" + ID + "\"}");
        run(
                "action",
                "invoke",
                "fib",
                "-P",
                file.toString(),
                "-p",
                "n",
                "39",
                "-p",
                "s",
                "a b",
                "-p",
                "at",
                "@x",
                "-p",
                "dash",
                "-b",
                "-p",
                "list",
                "[1,{}]",
                "-p",
                "instanceID",
                "myname0",
                "-p",
                "none",
                "");
        assertThat(api.onlyRequest().body())
                .isEqualTo("{\"n\":39,\"big\":12345678901234567890.10,\"s\":\"a b\",\"at\":\"@x\",\"dash\":\"-b\","
                        + "\"list\":[1,{}],\"instanceID\":\"myname0\",\"none\":\"\"}");
    }

    @Test
    void printsTheRecordOfABlockingInvocationByName() {
        api.onActivation(
                "POST " + NS + "/actions/fib?blocking=true&result=false",
                200,
                ID,
                "{\"name\":\"fib\",\"activationId\":\"" + ID + "\",\"logs\":[],\"brandNew\":{\"b\":1,\"a\":[]}}");
        assertThat(run("action", "invoke", "fib", "-b").out()).isEqualTo("""
                        ok: invoked /_/fib with id %s
                        {
                            "activationId": "%s",
                            "brandNew": {
                                "a": [],
                                "b": 1
                            },
                            "logs": [],
                            "name": "fib"
                        }
                        """.formatted(ID, ID));
    }

    @Test
    void printsOnlyTheResultWithDashR() {
        api.onActivation("POST " + NS + "/actions/fib?blocking=true&result=true", 200, ID, "{\"x\":1.50}");
        assertThat(run("action", "invoke", "fib", "-r").out()).isEqualTo("{\n    \"x\": 1.50\n}\n");
    }

    @Test
    void endsWith246AndOnStandardErrorWhenTheActionFails() {
        api.onActivation("POST " + NS + "/actions/fib?blocking=true&result=true", 502, ID, "{\"error\":\"ouch\"}");
        assertThat(run("action", "invoke", "fib", "-r"))
                .isEqualTo(new CommandLineRun(246, "", "{\n    \"error\": \"ouch\"\n}\n"));
    }

    @Test
    void endsWith202WhenABlockingInvocationGoesOn() {
        api.on("POST " + NS + "/actions/fib?blocking=true&result=false", 202, "{\"activationId\":\"" + ID + "\"}");
        assertThat(run("action", "invoke", "fib", "-b"))
                .isEqualTo(new CommandLineRun(
                        202, "", "ok: invoked /_/fib, but the request has not yet finished, with id " + ID + "\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "400,144", "401,145", "403,147", "404,148", "409,153", "413,157", "429,173", "500,244", "502,246", "503,247"
    })
    void saysWhatThePlatformSaysAndEndsWithItsStatusMinus256(int status, int code) {
        api.on("POST " + NS + "/actions/nope?blocking=false&result=false", status, MISSING);
        assertThat(run("action", "invoke", "nope")).isEqualTo(new CommandLineRun(code, "", """
                        error: Unable to invoke action 'nope': The requested resource does not exist. (code tid1)
                        Run 'pikachu --help' for usage.
                        """));
    }

    @Test
    void takesAnErrorThatIsNoJson() {
        api.on("GET /api/v1/namespaces", 503, "<html>");
        assertThat(run("namespace", "list").err())
                .startsWith("error: Unable to obtain the list of available namespaces: "
                        + "The connection failed, or timed out. (HTTP status code 503)\n");
    }

    @Test
    void listsActions() {
        api.on(
                "GET " + NS + "/actions?limit=2&skip=1",
                200,
                "[{\"name\":\"b\",\"namespace\":\"guest/p\",\"publish\":true,\"annotations\":[{\"key\":\"exec\",\"value\":\"python:3.11\"}]},"
                        + "{\"name\":\"a\",\"namespace\":\"guest\",\"later\":[]}]");
        assertThat(run("action", "list", "-l", "2", "-s", "1").out().lines())
                .containsExactly(
                        "actions",
                        "/guest/p/b                                                             shared python:3.11",
                        "/guest/a                                                               private");
        assertThat(run("action", "list", "-l", "2", "-s", "1", "-n")
                        .out()
                        .lines()
                        .skip(1)
                        .findFirst())
                .hasValueSatisfying(line -> assertThat(line).startsWith("/guest/a "));
    }

    @Test
    void listsTheActionsOfAPackage() {
        api.on("GET /api/v1/namespaces/guest/actions/p%20q/?limit=30&skip=0", 200, "[]");
        assertThat(run("action", "list", "/guest/p q")).isEqualTo(new CommandLineRun(0, "actions\n", ""));
    }

    @Test
    void showsAnActionInTheOrderThatPeopleKnow() {
        api.on(
                "GET " + NS + "/actions/fib?code=false",
                200,
                "{\"zeta\":1,\"limits\":{\"timeout\":1},\"name\":\"fib\",\"namespace\":\"guest\"}");
        assertThat(run("action", "get", "fib").out()).isEqualTo("""
                        ok: got action fib
                        {
                            "namespace": "guest",
                            "name": "fib",
                            "limits": {
                                "timeout": 1
                            },
                            "zeta": 1
                        }
                        """);
        assertThat(run("action", "get", "fib", "limits").out())
                .isEqualTo("ok: got action fib, displaying field limits\n{\n    \"timeout\": 1\n}\n");
        assertThat(run("action", "get", "fib", "nope").err()).startsWith("error: Invalid field filter 'nope'.");
    }

    @Test
    void deletesAnAction() {
        api.on("DELETE " + NS + "/actions/fib", 200, "{}");
        assertThat(run("action", "delete", "fib").out()).isEqualTo("ok: deleted action fib\n");
    }

    @Test
    void listsActivations() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        api.on(
                "GET " + NS + "/activations?limit=30&skip=0&docs=false&name=fib",
                200,
                "[{\"activationId\":\"" + ID
                        + "\",\"annotations\":[{\"key\":\"kind\",\"value\":\"nodejs:20\"},{\"key\":\"initTime\",\"value\":3}],"
                        + "\"duration\":32,\"end\":1,\"name\":\"fib\",\"namespace\":\"guest\",\"start\":1795407459000,\"statusCode\":0,\"version\":\"0.0.1\"},"
                        + "{\"activationId\":\"" + ID
                        + "\",\"annotations\":[],\"statusCode\":2,\"name\":\"t\",\"namespace\":\"guest\",\"version\":\"1\"}]");
        assertThat(run("activation", "list", "fib").out().lines())
                .containsExactly(
                        "Datetime            Activation ID                    Kind      Start Duration   Status  Entity",
                        "2026-11-23 04:17:39 " + ID + " nodejs:20 cold  32ms       success guest/fib:0.0.1",
                        "1970-01-01 00:00:00 " + ID + " unknown   warm  0ms        developer error guest/t:1");
    }

    @Test
    void showsTheLatestActivation() {
        api.on("GET " + NS + "/activations?limit=1&skip=0", 200, "[{\"activationId\":\"" + ID + "\"}]")
                .on("GET " + NS + "/activations/" + ID, 200, "{\"response\":{\"success\":true},\"name\":\"fib\"}")
                .on(
                        "GET " + NS + "/activations/" + ID + "/logs",
                        200,
                        "{\"logs\":[\"2026-11-23T04:00:00.123456789Z stdout: hello: you\"]}")
                .on(
                        "GET " + NS + "/activations/" + ID + "/result",
                        200,
                        "{\"result\":{\"b\":1,\"a\":2},\"success\":true}");
        assertThat(run("activation", "get", "--last").out())
                .startsWith("ok: got activation " + ID + "\n{\n    \"name\": \"fib\",\n    \"response\"");
        assertThat(run("activation", "get", "-l", "name").out()).endsWith("displaying field name\n\"fib\"\n");
        assertThat(run("activation", "logs", ID).out())
                .isEqualTo("2026-11-23T04:00:00.123456789Z stdout: hello: you\n");
        assertThat(run("activation", "logs", ID, "--strip").out()).isEqualTo("hello: you\n");
        assertThat(run("activation", "result", "--last").out()).isEqualTo("{\n    \"a\": 2,\n    \"b\": 1\n}\n");
    }

    @Test
    void saysThatThereIsNoLatestActivation() {
        api.on("GET " + NS + "/activations?limit=1&skip=0", 200, "[]");
        assertThat(run("activation", "get", "--last").err()).startsWith("error: There is no activation yet.");
    }

    @Test
    void listsInstances() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        api.on(
                "GET " + NS + "/instances?limit=200&skip=0",
                200,
                "[" + entry("myname0", "running", "") + "," + entry("m1", "gone", ",\"how\":\"finished\"") + "]");
        assertThat(run("instance", "list").out().lines())
                .containsExactly(
                        "ID       STATE    HOW       ADDRESS     PORT   INVOKER  ACTIVATION                        DEADLINE",
                        "myname0  running  -         100.64.0.2  65433  0        " + ID + "  2026-11-23 04:17:39",
                        "m1       gone     finished  100.64.0.2  65433  0        " + ID + "  2026-11-23 04:17:39");
        assertThat(run("instance", "list", "--json").out()).startsWith("[\n    {\n        \"namespace\": \"guest\"");
    }

    @Test
    void listsMoreInstancesThanOneAnswerHolds() {
        var page = "[" + entry("m", "running", "") + ("," + entry("m", "running", "")).repeat(199) + "]";
        api.on("GET " + NS + "/instances?limit=200&skip=0", 200, page)
                .on("GET " + NS + "/instances?limit=200&skip=200", 200, "[" + entry("last", "running", "") + "]");
        assertThat(run("instance", "list").out().lines())
                .hasSize(202)
                .last()
                .asString()
                .startsWith("last ");
    }

    @Test
    void saysWhyThePlatformLetAWatcherGo() {
        api.onEvents("GET " + NS + "/instances?watch=true", "event: error\ndata: {\"error\":\"too slow\"}\n\n");
        assertThat(run("instance", "watch")).isEqualTo(new CommandLineRun(1, "", "error: too slow\n"));
    }

    @Test
    void showsAnInstance() {
        api.on("GET " + NS + "/instances/a%2Fb", 200, entry("a/b", "running", ""))
                .on("GET " + NS + "/instances/c", 404, MISSING);
        assertThat(run("instance", "get", "a/b").out())
                .startsWith("ok: got instance a/b\n{\n    \"namespace\": \"guest\",\n    \"instanceID\": \"a/b\"");
        assertThat(run("instance", "get", "c").code()).isEqualTo(148);
    }

    @Test
    void watchesInstancesUntilTheStreamEnds() {
        api.onEvents(
                "GET " + NS + "/instances?watch=true",
                ": hello\n\nevent: instance\ndata: " + entry("m0", "starting", "") + "\n\nid: 7\nevent: instance\ndata:"
                        + entry("m0", "gone", ",\"how\":\"killed\"") + "\n\n");
        var run = run("instance", "watch");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("the stream of events ended");
        assertThat(run.out().lines().map(line -> List.of(line.split("  ")).subList(1, 4)))
                .containsExactly(List.of("m0", "starting", "-"), List.of("m0", "gone", "killed"));
        assertThat(run("instance", "watch", "--json").out().lines())
                .first()
                .asString()
                .startsWith("{\"namespace\":\"guest\"");
    }

    private static String entry(String id, String state, String more) {
        return "{\"namespace\":\"guest\",\"instanceID\":\"" + id + "\",\"epoch\":\"18446744073709551615\",\"state\":\""
                + state
                + "\",\"address\":\"100.64.0.2\",\"port\":65433,\"invoker\":0,\"activationId\":\"" + ID
                + "\",\"deadline\":1795407459000,\"later\":null" + more + "}";
    }

    @Test
    void listsNamespaces() {
        api.on("GET /api/v1/namespaces", 200, "[\"guest\"]");
        assertThat(run("namespace", "list").out()).isEqualTo("namespaces\nguest\n");
    }

    @Test
    void letsFlagsComeBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        api.on("GET /api/v1/namespaces", 200, "[]").on("GET /api/v2/namespaces", 200, "[]");
        var environment = Map.of("WSK_CONFIG_FILE", props.toString(), "WHISK_AUTH", "env:key");
        CommandLineRun.of(environment, "namespace", "list");
        CommandLineRun.of(environment, "--auth", "flag:key", "namespace", "list");
        CommandLineRun.of(environment, "namespace", "list", "-u", "flag:key", "--apiversion", "v2");
        assertThat(api.requests())
                .extracting(ScriptedApi.Request::authorization)
                .containsExactly("Basic ZW52OmtleQ==", "Basic ZmxhZzprZXk=", "Basic ZmxhZzprZXk=");
        assertThat(CommandLineRun.of(environment, "namespace", "list", "--apihost", "127.0.0.1:1")
                        .code())
                .isEqualTo(3);
    }

    @Test
    void asksTheLocalPlatformAsGuestWhenNothingIsConfigured() throws IOException {
        var nothing = Map.of("HOME", folder.resolve("nowhere").toString());
        var run = CommandLineRun.of(nothing, "namespace", "list", "-v", "--apihost", api.host());
        assertThat(run.err())
                .contains("no AUTH configured, using the guest's well-known key")
                .contains("REQUEST: GET http://" + api.host());
        assertThat(api.onlyRequest().authorization()).startsWith("Basic MjNiYzQ2YjEt");
    }

    @Test
    void saysHowToStartAPlatformWhenNoneAnswers() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThat(run("action", "list", "--apihost", "localhost:" + port))
                .isEqualTo(new CommandLineRun(
                        3, "", "error: Nothing answers at http://localhost:" + port + ". Start it with: pikachu up\n"));
    }

    @Test
    void setsAndUnsetsPropertiesAndLeavesTheOthers() throws IOException {
        var file = folder.resolve(".wskprops");
        Files.writeString(file, "# mine\nNAMESPACE=guest\nAUTH=old:key\n");
        var home = Map.of("HOME", folder.toString());
        assertThat(CommandLineRun.of(home, "property", "set", "--apihost", "example.org", "--auth", "new:key")
                        .out())
                .isEqualTo(
                        "ok: whisk auth set. Run 'pikachu property get' to see the new value.\nok: whisk API host set to example.org\n");
        assertThat(file).hasContent("# mine\nNAMESPACE=guest\nAUTH=new:key\nAPIHOST=example.org");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(CommandLineRun.of(home, "property", "get", "--auth", "--apihost")
                        .out())
                .isEqualTo("whisk auth\t\tnew:key\nwhisk API host\t\texample.org\n");
        assertThat(CommandLineRun.of(home, "property", "unset", "--auth").out()).isEqualTo("ok: whisk auth unset.\n");
        assertThat(file).hasContent("# mine\nNAMESPACE=guest\nAPIHOST=example.org");
    }

    @Test
    void showsPropertiesWithoutAPlatformToo() {
        var nothing = Map.of("HOME", folder.resolve("nowhere").toString(), "WHISK_APIHOST", "127.0.0.1:1");
        var run = CommandLineRun.of(nothing, "property", "get");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("whisk API host\t\t127.0.0.1:1\n")
                .contains("whisk API build\t\tunknown (Nothing answers");
    }

    @ParameterizedTest
    @CsvSource({
        "action",
        "action frobnicate",
        "action create fib",
        "action invoke",
        "action invoke fib -p alone",
        "action invoke a/b/c/d",
        "action create fib no-such-file.py",
        "action list -l many",
        "activation get",
        "property set",
        "property unset",
        "namespace list --auth nocolon",
        "demo /no/such/file",
        "demo /tmp"
    })
    void endsWith2WhenMisused(String command) {
        var run = run(command.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void rehearsesItselfWithoutAPlatform() {
        assertThat(run("train")).isEqualTo(new CommandLineRun(0, "", ""));
        assertThat(run("--help").out()).doesNotContain("train");
    }

    @Test
    void explainsItself() {
        var help = run("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains("action", "activation", "instance", "namespace", "property", "demo", "  up ", "  bench ");
        assertThat(run("action", "invoke", "-h").out()).contains("--blocking", "--apihost");
    }
}
