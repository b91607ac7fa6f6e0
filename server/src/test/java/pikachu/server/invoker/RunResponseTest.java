package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pikachu.core.activations.Status;

final class RunResponseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            200 | {"a":1}                          | SUCCESS           | {"a":1}
            200 | [1,2]                            | SUCCESS           | [1,2]
            200 | {"a":{"error":1}}                | SUCCESS           | {"a":{"error":1}}
            200 | {"n":12345678901234567890.10}    | SUCCESS           | {"n":12345678901234567890.10}
            200 | {"error":"no","a":1}             | APPLICATION_ERROR | {"error":"no"}
            200 | {"a":1,"error": {"code": 1.50} } | APPLICATION_ERROR | {"error":{"code": 1.50}}
            200 | {"error":null}                   | APPLICATION_ERROR | {"error":null}
            200 | {"error":1,"error":2}            | APPLICATION_ERROR | {"error":2}
            502 | {"error":"bad"}                  | DEVELOPER_ERROR   | {"error":"bad"}
            502 | {"a":1}                          | DEVELOPER_ERROR   | {"error":"The action did not produce a valid JSON or JSON Array response: {\\"a\\":1}"}
            200 | "text"                           | DEVELOPER_ERROR   | {"error":"The action did not produce a valid JSON or JSON Array response: \\"text\\""}
            200 | {"a":1} {"b":2}                  | DEVELOPER_ERROR   | {"error":"The action did not produce a valid JSON or JSON Array response: {\\"a\\":1} {\\"b\\":2}"}
            200 | {"a":                            | DEVELOPER_ERROR   | {"error":"The action did not produce a valid JSON or JSON Array response: {\\"a\\":"}
            """)
    void readsAnAnswerByOpenWhisksRules(int code, String body, Status status, String result) {
        var response = RunResponse.ofRun(answer(code, body));

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.result()).hasToString(result);
        assertThat(response.size()).isEqualTo(body.length());
    }

    @Test
    void callsAnEmptyAnswerInvalid() {
        assertThat(RunResponse.ofRun(answer(200, "")).result())
                .hasToString("{\"error\":\"The action did not produce a valid JSON or JSON Array response.\"}");
    }

    @Test
    void refusesAResultOverTheLimitAndKeepsItsBeginning() {
        var body = "{\"a\":\"xyz".getBytes(StandardCharsets.UTF_8);
        var response = RunResponse.ofRun(new RuntimeClient.Response(200, body, RunResponse.MAX_RESULT + 1L));

        assertThat(response.status()).isEqualTo(Status.APPLICATION_ERROR);
        assertThat(response.result().toString())
                .contains("exceeded the allowed length: 1048577 > 1048576 bytes. The truncated response was: {")
                .contains("xyz");
        assertThat(response.size()).isEqualTo(1_048_577);
    }

    @Test
    void takesTheRuntimesOwnWordsForAFailedInit() {
        assertThat(RunResponse.ofFailedInit(answer(502, "{\"error\":\"SyntaxError: line 3\"}"))
                        .result())
                .hasToString("{\"error\":\"SyntaxError: line 3\"}");
        assertThat(RunResponse.ofFailedInit(answer(500, "boom")).result())
                .hasToString("{\"error\":\"The action failed during initialization: boom\"}");
    }

    @Test
    void staysValidJsonWhateverTheRuntimeSays() {
        var hostile = "\u0000\"\\\n<\ud800>";
        var response = RunResponse.ofRun(
                new RuntimeClient.Response(200, hostile.getBytes(StandardCharsets.UTF_8), hostile.length()));

        var again = RunResponse.ofRun(answer(200, response.result().toString()));
        assertThat(again.status()).isEqualTo(Status.APPLICATION_ERROR);
        assertThat(again.result()).isEqualTo(response.result());
    }

    private static RuntimeClient.Response answer(int status, String body) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        return new RuntimeClient.Response(status, bytes, bytes.length);
    }
}
