package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Status;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;
import pikachu.server.controller.Invocations.Answer;
import pikachu.server.controller.Invocations.Request;

final class InvokeApiTest {
    private static final String ACTION = "/api/v1/namespaces/_/actions/a";

    private final ApiFixture api = ApiFixture.standalone();

    @BeforeEach
    void create() {
        define("{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"}}");
    }

    @AfterEach
    void close() {
        api.close();
    }

    private void define(String action) {
        assertThat(api.put(ACTION + "?overwrite=true", action).status()).isEqualTo(200);
    }

    private Request last() {
        return api.invocations.requests.getLast();
    }

    private void answer(Status status, String result) {
        api.invocations.script =
                request -> new Answer.Finished(ScriptedInvocations.record(request, status, new JsonText(result)));
    }

    @Test
    void answersAtOnceWithTheIdWhenNobodyWaits() {
        var reply = api.post(ACTION + "?blocking=false&result=true", "{}");

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.body()).isEqualTo("{\"activationId\":\"" + ScriptedInvocations.ID + "\"}");
        assertThat(reply.header("x-openwhisk-activation-id")).contains(ScriptedInvocations.ID.value());
        assertThat(last().waitMs()).isZero();
    }

    @Test
    void answersABlockingCallWithTheRecordWithoutLogs() {
        var reply = api.post(ACTION + "?blocking=true", "{\"n\":1.50}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .contains(
                        "\"logs\":[]",
                        "\"response\":{\"result\":{\"n\":1.50},\"size\":10,\"status\":\"success\",\"success\":true}")
                .contains(
                        "\"duration\":9,\"end\":1009",
                        "\"start\":1000",
                        "\"subject\":\"guest\"",
                        "\"version\":\"0.0.1\"")
                .contains("{\"key\":\"path\",\"value\":\"guest/a\"}", "{\"key\":\"kind\",\"value\":\"python:3.13\"}")
                .contains("{\"key\":\"timeout\",\"value\":false}", "{\"key\":\"waitTime\",\"value\":3}")
                .contains("{\"key\":\"initTime\",\"value\":5}", "\"instanceEpoch\",\"value\":\"1099511627783\"");
        assertThat(last().waitMs()).isEqualTo(60_000);
    }

    @ParameterizedTest
    @CsvSource({
        "SUCCESS, 200, success", "APPLICATION_ERROR, 502, application error",
        "DEVELOPER_ERROR, 502, action developer error", "INTERNAL_ERROR, 500, whisk internal error"
    })
    void tellsHowItEndedByTheStatus(Status status, int code, String words) {
        answer(status, "{\"error\":\"x\"}");

        var record = api.post(ACTION + "?blocking=true", "{}");
        var result = api.post(ACTION + "?blocking=true&result=true", "{}");

        assertThat(record.status()).isEqualTo(code);
        assertThat(record.body()).contains("\"status\":\"" + words + "\"");
        assertThat(result.status()).isEqualTo(code);
        assertThat(result.body()).isEqualTo("{\"error\":\"x\"}");
        assertThat(result.header("x-openwhisk-activation-id")).isPresent();
    }

    @Test
    void answersAnArrayBare() {
        answer(Status.SUCCESS, "[1,2]");

        assertThat(api.post(ACTION + "?blocking=true", "{}").body()).isEqualTo("[1,2]");
    }

    @Test
    void fallsBackTo202WhenItIsNotFinishedInTime() {
        api.invocations.script = request -> new Answer.Accepted(ScriptedInvocations.ID);

        assertThat(api.post(ACTION + "?blocking=true&timeout=250", "{}").status())
                .isEqualTo(202);
        assertThat(last().waitMs()).isEqualTo(250);
    }

    @Test
    void acceptsAnEmptyBodyWithoutContentType() {
        var reply = api.call("POST", ACTION + "?", List.of(ApiFixture.AUTHORIZATION), "");

        assertThat(reply.status()).isEqualTo(202);
        assertThat(last().arguments()).isEqualTo(JsonText.EMPTY_OBJECT);
    }

    @Test
    void passesTheBodyUntouchedToAnActionWithoutParameters() {
        var body = " { \"a\" : 1e400, \"b\":\"\\u00e9\", \"a\" : 2 } ";

        api.post(ACTION, body);

        assertThat(last().arguments()).hasToString(body);
        assertThat(last().environment()).isEqualTo(JsonText.EMPTY_OBJECT);
    }

    @Test
    void overlaysParametersByTheBodyAndSendsInitParametersElsewhere() {
        define("{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"},\"parameters\":[{\"key\":\"a\",\"value\":1.0},"
                + "{\"key\":\"b\",\"value\":2},{\"key\":\"e\",\"value\":\"s\",\"init\":true}]}");

        api.post(ACTION, "{\"b\":3, \"c\":4}");
        assertThat(last().arguments()).hasToString("{\"a\":1.0,\"b\":3, \"c\":4}");
        assertThat(last().environment()).hasToString("{\"e\":\"s\"}");

        api.post(ACTION, "");
        assertThat(last().arguments()).hasToString("{\"a\":1.0,\"b\":2}");
    }

    @Test
    void protectsParametersOfAFinalAction() {
        define("{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"},\"parameters\":[{\"key\":\"a\",\"value\":1},"
                + "{\"key\":\"open\",\"value\":null}],\"annotations\":[{\"key\":\"final\",\"value\":true}]}");

        var refused = api.post(ACTION, "{\"a\":2}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error())
                .isEqualTo("Request defines parameters that are not allowed (e.g., reserved properties).");
        assertThat(api.post(ACTION, "{\"open\":2}").status()).isEqualTo(202);
    }

    @Test
    void carriesTheKeyOnlyWhenTheActionIsAnnotatedToGetIt() {
        api.post(ACTION, "{}");
        assertThat(last().caller().apiKey()).isEmpty();

        define("{\"annotations\":[{\"key\":\"provide-api-key\",\"value\":true}]}");
        api.post(ACTION, "{}");

        assertThat(last().caller().apiKey()).contains(ApiTryout.KEY);
    }

    @Test
    void seesAnOwnUpdateAtOnce() {
        api.post(ACTION, "{}");
        define("{\"limits\":{\"memory\":1024}}");
        api.post(ACTION, "{}");

        assertThat(last().action().limits().memoryMb()).isEqualTo(1024);
        assertThat(last().action().version()).isEqualTo("0.0.2");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"worker-7\"', worker-7",
        "'42', 42",
        "'\"w\\u006frker\"', worker",
        "'12345678901234567890', 12345678901234567890"
    })
    void takesAChosenInstanceIdFromTheBodyAndLeavesItThere(String json, String id) {
        api.post(ACTION, "{\"instanceID\":" + json + "}");

        assertThat(last().instance()).contains(new InstanceId(id));
        assertThat(last().arguments()).hasToString("{\"instanceID\":" + json + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "1.0",
                "1e3",
                "null",
                "true",
                "[]",
                "{}",
                "\"\"",
                "\".\"",
                "\"..\"",
                "\"-x\"",
                "\"a b\"",
                "\"0123456789abcdef0123456789abcdef\"",
                "\"0123456789ABCDEF0123456789ABCDEF\"",
                "\"x/y\"",
                "\"é\""
            })
    void refusesAnInstanceIdThatCannotBeOne(String json) {
        var reply = api.post(ACTION, "{\"instanceID\":" + json + "}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).containsIgnoringCase("instance ID");
        assertThat(api.invocations.requests).isEmpty();
    }

    @Test
    void takesNoInstanceIdFromDefaultParameters() {
        define("{\"parameters\":[{\"key\":\"instanceID\",\"value\":\"claimed\"}]}");

        api.post(ACTION, "{}");

        assertThat(last().instance()).isEmpty();
        assertThat(last().arguments()).hasToString("{\"instanceID\":\"claimed\"}");
    }

    @Test
    void saysWhoHoldsATakenId() {
        var holder = new Entry(
                ApiFixture.GUEST,
                new InstanceId("x"),
                Epoch.ofClaim(1, 1),
                State.RUNNING,
                Optional.empty(),
                "100.64.0.2",
                65433,
                new InvokerId(0),
                ScriptedInvocations.ID,
                5,
                Optional.empty(),
                Optional.empty());
        api.invocations.script = request -> new Answer.Taken(new InstanceId("x"), Optional.of(holder));

        var reply = api.post(ACTION, "{\"instanceID\":\"x\"}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.error())
                .isEqualTo("The instance ID 'x' is alive in namespace 'guest' (activation " + ScriptedInvocations.ID
                        + ", running on invoker0). Wait for it to end or choose another.");
    }

    @Test
    void saysHowManyAreInFlightOrWhyThereIsNoInvoker() {
        api.invocations.script = request -> new Answer.Throttled(1_000, 1_000);
        var throttled = api.post(ACTION, "{}");
        api.invocations.script = request -> new Answer.Unavailable("No invoker is up. Start one.");
        var unavailable = api.post(ACTION, "{}");

        assertThat(throttled.status()).isEqualTo(429);
        assertThat(throttled.error()).isEqualTo("Too many concurrent requests in flight (count: 1000, allowed: 1000).");
        assertThat(unavailable.status()).isEqualTo(503);
        assertThat(unavailable.error()).isEqualTo("No invoker is up. Start one.");
    }

    @Test
    void countsAttemptsOfAMinuteBeforeItLooksForTheAction() {
        try (var strict = new ApiFixture(
                pikachu.server.controller.PlatformLimits.openWhisk().withRates(2, 1))) {
            var nope = "/api/v1/namespaces/_/actions/nope";
            assertThat(strict.post(nope, "").status()).isEqualTo(404);
            assertThat(strict.post("/api/v1/namespaces/other/actions/nope", "").status())
                    .isEqualTo(403);

            var third = strict.post(nope, "");
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.error()).isEqualTo("Too many requests in the last minute (count: 3, allowed: 2).");

            strict.now.addAndGet(60_000);
            assertThat(strict.post(nope, "").status()).isEqualTo(404);
        }
    }

    @Test
    void refusesABodyOfMoreThanAMebibyte() {
        var body = "{\"k\":\"" + "x".repeat(1_100_000) + "\"}";

        var reply = api.post(ACTION, body);

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.error()).isEqualTo("Request larger than allowed: 1100008 > 1048576 bytes.");
    }

    @Test
    void anInternalFailureIsA500WithoutDetails() {
        api.invocations.script = request -> {
            throw new IllegalStateException("secret");
        };

        var reply = api.post(ACTION, "{}");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.error()).isEqualTo("There was an internal server error.");
    }

    @Test
    void refusesTextThatIsNoUtf8() {
        var body = "{\"a\":\"?\"}".getBytes(StandardCharsets.UTF_8);
        body[6] = (byte) 0xC3;

        var reply = api.call("POST", ACTION, List.of(ApiFixture.AUTHORIZATION, "Content-Type: application/json"), body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo("The request content was malformed:\nThe text is not valid UTF-8.");
    }

    @Test
    void refusesNestingOfMoreThan500Levels() {
        var fits = "{\"a\":" + "[".repeat(499) + "]".repeat(499) + "}";
        var deep = "{\"a\":" + "[".repeat(500) + "]".repeat(500) + "}";
        var bomb = "{\"a\":" + "[".repeat(500_000);

        assertThat(api.post(ACTION, fits).status()).isEqualTo(202);
        assertThat(api.post(ACTION, deep).status()).isEqualTo(400);
        assertThat(api.post(ACTION, bomb).error()).startsWith("The request content was malformed:\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\":}",
                "{\"a\":1}x",
                "{}{}",
                "{'a':1}",
                "{\"a\":01}",
                "nul",
                "{\"a\":\"\u0001\"}",
                "{\"a\":\"\\x\"}"
            })
    void refusesBrokenJson(String body) {
        var reply = api.post(ACTION, body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).startsWith("The request content was malformed:\n");
        assertThat(api.invocations.requests).isEmpty();
    }
}
