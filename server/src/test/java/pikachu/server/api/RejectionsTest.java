package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of the contract's table of errors, with status, text and whether CORS headers are there. */
final class RejectionsTest {
    private static final String ABSENT =
            "The resource requires authentication, which was not supplied with the request";
    private static final String INVALID = "The supplied authentication is invalid";
    private static final String NO_ROUTE = "The requested resource could not be found.";
    private static final String MISSING = "The requested resource does not exist.";
    private static final String MALFORMED = "The request content was malformed:\n";
    private static final String NS = "/api/v1/namespaces/_";

    private static ApiFixture api = ApiFixture.standalone();

    record Row(String method, String path, List<String> headers, String body, int status, String text, boolean cors) {
        Row(String method, String path, int status, String text, boolean cors) {
            this(method, path, List.of(ApiFixture.AUTHORIZATION), "", status, text, cors);
        }

        static Row json(String method, String path, String body, int status, String text, boolean cors) {
            return new Row(
                    method,
                    path,
                    List.of(ApiFixture.AUTHORIZATION, "Content-Type: application/json; charset=utf-8"),
                    body,
                    status,
                    text,
                    cors);
        }

        static Row as(String header, String path, int status, String text) {
            return new Row("GET", path, List.of(header), "", status, text, false);
        }

        @Override
        public String toString() {
            return method + " " + path + " " + (body.length() > 60 ? body.substring(0, 60) : body) + " -> " + status;
        }
    }

    @BeforeAll
    static void createAction() {
        api.put(NS + "/actions/a", ApiFixture.PYTHON);
    }

    @AfterAll
    static void close() {
        api.close();
    }

    static Stream<Row> authentication() {
        return Stream.of(
                new Row("GET", NS + "/actions", List.of(), "", 401, ABSENT, false),
                new Row("GET", "/api/v1/web/guest/x", List.of(), "", 401, ABSENT, false),
                Row.as("Authorization: Bearer abc", NS + "/actions", 401, ABSENT),
                Row.as("Authorization: Basic !!!", NS + "/actions", 401, INVALID),
                Row.as(ApiFixture.basic("nocolon"), NS + "/actions", 401, INVALID),
                Row.as(ApiFixture.basic(ApiTryout.KEY + "x"), NS + "/actions", 401, INVALID),
                Row.as(ApiFixture.basic("99999999-71f6-4ed5-8c54-816aa4f8c502:x"), NS + "/actions", 401, INVALID),
                Row.as(ApiFixture.basic("../../etc/passwd:x"), NS + "/actions", 401, INVALID));
    }

    static Stream<Row> routing() {
        return Stream.of(
                new Row("PATCH", NS + "/actions", 404, NO_ROUTE, false),
                new Row("PUT", NS + "/actions", 404, NO_ROUTE, false),
                new Row("POST", NS + "/actions", 404, NO_ROUTE, false),
                new Row("DELETE", NS + "/activations/0123456789abcdef0123456789abcdef", 404, NO_ROUTE, false),
                new Row("POST", NS + "/packages/p", 404, NO_ROUTE, false),
                new Row("GET", NS, 404, NO_ROUTE, false),
                new Row("GET", "/api/v1/nothing", 404, NO_ROUTE, false),
                new Row("GET", NS + "/nothing", 404, NO_ROUTE, false),
                new Row("GET", "/nothing", 405, "HTTP method not allowed, supported methods: OPTIONS", false),
                new Row("POST", "/api", 405, "HTTP method not allowed, supported methods: OPTIONS", false),
                new Row("GET", NS + "/actions/nope", 404, MISSING, true),
                new Row("DELETE", NS + "/actions/nope", 404, MISSING, true),
                new Row("POST", NS + "/actions/nope", 404, MISSING, true),
                new Row("GET", NS + "/actions/pkg/nope", 404, MISSING, true),
                new Row("GET", NS + "/activations/ffffffffffffffffffffffffffffffff", 404, MISSING, true),
                new Row("GET", NS + "/activations/abc", 400, "Activation id length is 3 but must be 32.", false),
                new Row(
                        "GET",
                        NS + "/activations/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                        400,
                        "The activation id is not valid.",
                        false),
                new Row("GET", NS + "/instances/nobody", 404, MISSING, true),
                new Row(
                        "GET",
                        NS + "/limits/x",
                        400,
                        "Inner entity level routes for limits are not yet implemented.",
                        true));
    }

    static Stream<Row> namesAndRights() {
        var denied = "The supplied authentication is not authorized to access ";
        return Stream.of(
                new Row("GET", NS + "/actions/a*b", 400, "The name of the entity contains illegal characters.", false),
                new Row("GET", NS + "/actions/%2Fx", 400, "The name of the entity contains illegal characters.", false),
                new Row(
                        "GET",
                        NS + "/actions/" + "x".repeat(300),
                        400,
                        "Name segement longer than allowed: 300 > 256.",
                        false),
                new Row(
                        "GET",
                        "/api/v1/namespaces/a*b/actions",
                        400,
                        "The namespace contains illegal characters.",
                        false),
                new Row("GET", "/api/v1/namespaces/other/actions", 403, denied + "'other'.", true),
                new Row("GET", "/api/v1/namespaces/other/actions/x", 403, denied + "'other/x'.", true),
                new Row("POST", "/api/v1/namespaces/other/actions/x", 403, denied + "'other/x'.", true),
                new Row("GET", "/api/v1/namespaces/other/activations", 403, denied + "'other'.", true),
                new Row("GET", "/api/v1/namespaces/other/instances", 403, denied + "'other'.", true),
                new Row("GET", "/api/v1/namespaces/other/instances?watch=true", 403, denied + "'other'.", true),
                new Row("GET", "/api/v1/namespaces/other/limits", 403, denied + "'other'.", true));
    }

    private static String noGroups(String parameter) {
        return "The query parameter '" + parameter + "' is not supported yet: groups of instances cannot be started."
                + " Invoke the action once for each instance, each with an instanceID.";
    }

    static Stream<Row> queries() {
        var limit = "The query parameter 'limit' was malformed:\n";
        return Stream.of(
                new Row(
                        "GET",
                        NS + "/actions?limit=500",
                        400,
                        limit + "The value '500' is not in the range of 0 to 200 for actions.",
                        false),
                new Row(
                        "GET",
                        NS + "/activations?limit=abc",
                        400,
                        limit + "The value 'abc' is not an integer for activations.",
                        false),
                new Row(
                        "GET",
                        NS + "/actions?skip=-1",
                        400,
                        "The query parameter 'skip' was malformed:\n"
                                + "The value '-1' is not greater than or equal to 0 for actions.",
                        false),
                new Row(
                        "POST",
                        NS + "/actions/a?blocking=maybe",
                        400,
                        "The query parameter 'blocking' was malformed:\n'maybe' is not a valid Boolean value",
                        false),
                new Row(
                        "POST",
                        NS + "/actions/a?timeout=60001",
                        400,
                        "The query parameter 'timeout' was malformed:\n"
                                + "Timeout must be number of milliseconds up to 60000.",
                        false),
                new Row("POST", NS + "/actions/a?instances=4&group=g", 400, noGroups("instances"), true),
                new Row("POST", NS + "/actions/a?blocking=true&group=g", 400, noGroups("group"), true),
                new Row(
                        "GET",
                        NS + "/activations?docs=true&count=true",
                        400,
                        "The parameter 'docs' is not permitted with 'count'.",
                        true),
                new Row(
                        "GET",
                        NS + "/activations?since=x",
                        400,
                        "The query parameter 'since' was malformed:\n"
                                + "Parameter is not a valid value for epoch seconds: x",
                        false),
                new Row(
                        "GET",
                        NS + "/activations?name=a/b/c",
                        400,
                        "The query parameter 'name' was malformed:\n"
                                + "Parameter may be a 'simple' name or 'package-name/simple' name: a/b/c",
                        false));
    }

    static Stream<Row> bodies() {
        var text = new Row(
                "POST",
                NS + "/actions/a",
                List.of(ApiFixture.AUTHORIZATION, "Content-Type: text/plain"),
                "hello",
                415,
                "The request's Content-Type [text/plain] is not supported. Expected:\napplication/json",
                false);
        return Stream.of(
                text,
                new Row(
                        "PUT",
                        NS + "/actions/a",
                        400,
                        MALFORMED
                                + "Unexpected end-of-input at input index 0 (line 1, position 1), expected JSON Value:\n"
                                + "\n^\n",
                        false),
                Row.json("POST", NS + "/actions/a", "[1]", 400, MALFORMED + "JSON object expected", false),
                Row.json("POST", NS + "/actions/a", "\"x\"", 400, MALFORMED + "JSON object expected", false),
                Row.json("PUT", NS + "/actions/new", "{}", 400, "exec undefined", true),
                Row.json("PUT", NS + "/actions/a", ApiFixture.PYTHON, 409, "resource already exists", true));
    }

    static Stream<Row> definitions() {
        return Stream.of(
                bad("{\"exec\":{}}", "'kind' must be a string defined in 'exec'"),
                bad("{\"exec\":7}", "'kind' must be a string defined in 'exec'"),
                bad(
                        "{\"exec\":{\"kind\":\"nope\",\"code\":\"\"}}",
                        "The specified runtime 'nope' is not supported by this platform."
                                + " Valid values are: 'python:3.13', 'python:3.11'."),
                bad(
                        "{\"exec\":{\"kind\":\"python:default\"}}",
                        "'code' must be a string or attachment object defined in 'exec' for 'python:default' actions"),
                bad(
                        "{\"exec\":{\"kind\":\"python:3\",\"code\":\"\",\"main\":1}}",
                        "if defined, 'main' be a string in 'exec' for 'python:3' actions"),
                bad("{\"parameters\":{}}", "parameters malformed!"),
                bad("{\"parameters\":[1]}", "parameters malformed!"),
                bad("{\"annotations\":[{\"key\":\"k\"}]}", "annotations malformed!"),
                bad("{\"version\":\"x\"}", "semantic version malformed"),
                bad("{\"limits\":{\"timeout\":1.5}}", "requirement failed: time limit must be whole number"),
                bad("{\"limits\":{\"memory\":1e-1}}", "requirement failed: memory limit must be whole number"),
                bad("{\"limits\":{\"logs\":\"x\"}}", "log limit malformed"),
                limit("\"timeout\":1", "duration 1 milliseconds below allowed threshold of 100 milliseconds"),
                limit(
                        "\"timeout\":300001",
                        "duration 300001 milliseconds exceeds allowed threshold of 300000 milliseconds"),
                limit("\"memory\":1", "memory size 1 MB below allowed threshold of 32 MB"),
                limit("\"memory\":8193", "memory size 8193 MB exceeds allowed threshold of 8192 MB"),
                limit("\"logs\":99", "log size 99 MB exceeds allowed threshold of 10 MB"),
                limit("\"concurrency\":0", "concurrency 0 below allowed threshold of 1"),
                limit("\"concurrency\":2", "concurrency 2 is exceeds allowed threshold of 1"));
    }

    private static Row bad(String body, String detail) {
        return Row.json("PUT", NS + "/actions/a?overwrite=true", body, 400, MALFORMED + detail, false);
    }

    private static Row limit(String limit, String detail) {
        return Row.json(
                "PUT",
                NS + "/actions/a?overwrite=true",
                "{\"limits\":{" + limit + "}}",
                400,
                "requirement failed: " + detail,
                true);
    }

    static List<Row> rows() {
        var all = new ArrayList<Row>();
        Stream.of(authentication(), routing(), namesAndRights(), queries(), bodies(), definitions())
                .forEach(each -> each.forEach(all::add));
        return all;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void answersAsTheContractSays(Row row) {
        var reply = api.call(row.method, row.path, row.headers, row.body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(row.status);
        assertThat(reply.error()).isEqualTo(row.text);
        assertThat(reply.header("content-type")).contains("application/json");
        assertThat(reply.header("access-control-allow-origin").isPresent()).isEqualTo(row.cors);
        assertThat(reply.header("x-request-id")).hasValueSatisfying(id -> {
            assertThat(id).matches("[A-Za-z0-9]{32}");
            assertThat(reply.body()).contains("\"code\":\"" + id + "\"");
        });
    }

    @Test
    void namesTheSchemeWhenAuthenticationFails() {
        var reply = api.call("GET", NS + "/actions", List.of(), "");

        assertThat(reply.header("www-authenticate")).contains("Basic realm=\"OpenWhisk secure realm\",charset=UTF-8");
    }

    @Test
    void answersHeadWithoutABody() {
        var reply = api.call("HEAD", NS + "/actions/a", List.of(ApiFixture.AUTHORIZATION), "");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.header("content-length").orElse("0")).isEqualTo("0");
    }

    @Test
    void answersOptionsOnAnyPathWithoutAKey() {
        var reply = api.call("OPTIONS", "/api/v1/namespaces/x/actions/y", List.of(), "");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("OK");
        assertThat(reply.header("access-control-allow-methods")).contains("OPTIONS, GET, POST");
    }

    @Test
    void echoesARequestIdUnlessItClaimsToBeTheSystems() {
        assertThat(api.call("GET", "/ping", List.of("X-Request-ID: mine-1"), "").header("x-request-id"))
                .contains("mine-1");
        assertThat(api.call("GET", "/ping", List.of("X-Request-ID: sid_1"), "").header("x-request-id"))
                .hasValueSatisfying(id -> assertThat(id).matches("[A-Za-z0-9]{32}"));
    }

    @Test
    void saysThatTheStoreIsAway() {
        api.store.away(true);
        try {
            var reply = api.get(NS + "/actions");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.error()).startsWith("The store cannot be used at the moment");
        } finally {
            api.store.away(false);
        }
    }
}
