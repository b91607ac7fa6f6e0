package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.activations.Status;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.server.entities.ActivationJson;

final class ActivationsApiTest {
    private static final String PATH = "/api/v1/namespaces/_/activations";

    private final ApiFixture api = ApiFixture.standalone();

    @AfterEach
    void close() {
        api.close();
    }

    @BeforeEach
    void keepThree() {
        api.store.createAll(List.of(
                ActivationJson.stored(record('1', "a", 1_000, Status.SUCCESS, "{\"n\":1.50}")),
                ActivationJson.stored(record('2', "b", 2_000, Status.APPLICATION_ERROR, "{\"error\":\"no\"}")),
                ActivationJson.stored(record('3', "a", 3_000, Status.DEVELOPER_ERROR, "{\"error\":\"bad\"}"))));
    }

    private static ActivationId id(char digit) {
        return new ActivationId(String.valueOf(digit).repeat(32));
    }

    private static ActivationRecord record(char digit, String action, long start, Status status, String result) {
        var activation = new Activation(
                id(digit),
                0,
                new ControllerId(0),
                new Caller(ApiFixture.GUEST, "uuid", "guest", Optional.of("secret:key")),
                new ActionRef(
                        new ActionName(ApiFixture.GUEST, new EntityName(action)),
                        "0.0.3",
                        7,
                        "python:3.11",
                        new Limits(60_000, 256, 10, 1)),
                InstanceId.of(id(digit)),
                new Epoch(0),
                Optional.empty(),
                start,
                0,
                "tid");
        return new ActivationRecord(
                activation,
                start,
                start + 5,
                status,
                new JsonText(result),
                result.length(),
                List.of("2026-11-23T04:00:00.123456789Z stdout: \"hello\""),
                false,
                OptionalLong.of(1),
                OptionalLong.empty());
    }

    @Test
    void showsARecordInWords() {
        for (var path : List.of(PATH + "/" + id('1'), PATH + "/" + id('1') + "/")) {
            assertThat(api.get(path).body())
                    .contains(
                            "\"response\":{\"result\":{\"n\":1.50},\"size\":10,\"status\":\"success\",\"success\":true}")
                    .contains("\"logs\":[\"2026-11-23T04:00:00.123456789Z stdout: \\\"hello\\\"\"]")
                    .contains("\"start\":1000", "\"end\":1005", "\"duration\":5", "\"version\":\"0.0.3\"")
                    .doesNotContain("statusCode", "secret", "initTime");
        }
    }

    @Test
    void showsResultAndLogsAlone() {
        assertThat(api.get(PATH + "/" + id('2') + "/result").body())
                .isEqualTo(
                        "{\"result\":{\"error\":\"no\"},\"size\":14,\"status\":\"application error\",\"success\":false}");
        assertThat(api.get(PATH + "/" + id('2') + "/logs").body())
                .isEqualTo("{\"logs\":[\"2026-11-23T04:00:00.123456789Z stdout: \\\"hello\\\"\"]}");
    }

    @Test
    void listsNewestFirstInShort() {
        var body = api.get(PATH).body();

        assertThat(body).containsSubsequence(id('3').value(), id('2').value(), id('1').value());
        assertThat(body)
                .contains("\"statusCode\":0", "\"statusCode\":1", "\"statusCode\":2")
                .doesNotContain("\"logs\":[", "\"response\"", "\"subject\"");
    }

    @Test
    void listsWholeRecordsWhenAsked() {
        assertThat(api.get(PATH + "?docs=true&limit=1").body())
                .contains("\"status\":\"action developer error\"", "\"logs\"", "\"subject\":\"guest\"")
                .doesNotContain(id('2').value());
    }

    @Test
    void filtersByActionAndTimesInMilliseconds() {
        assertThat(api.get(PATH + "?name=b").body()).contains(id('2').value()).doesNotContain(id('1').value());
        assertThat(api.get(PATH + "?name=pkg/b").body()).isEqualTo("[]");
        assertThat(api.get(PATH + "?since=2000&upto=2000").body())
                .contains(id('2').value())
                .doesNotContain(id('1').value(), id('3').value());
    }

    @Test
    void countsAfterSkipping() {
        assertThat(api.get(PATH + "?count=true").body()).isEqualTo("{\"activations\":3}");
        assertThat(api.get(PATH + "?count=true&skip=1&name=a&limit=1").body()).isEqualTo("{\"activations\":1}");
    }

    @Test
    void readsAStoredRecordBack() {
        var record = record('4', "a", 9, Status.SUCCESS, "{\"n\":1e400}");

        var read = ActivationJson.read(
                record.activation(), ActivationJson.stored(record).body());

        assertThat(read).isEqualTo(record);
    }
}
