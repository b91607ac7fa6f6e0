package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.server.controller.PlatformLimits;

final class ServerInfoTest {
    private final ApiFixture api = new ApiFixture(PlatformLimits.openWhisk());

    @AfterEach
    void close() {
        api.close();
    }

    private RawHttp.Reply open(String path) {
        return api.call("GET", path, List.of(), "");
    }

    @Test
    void answersPingAsText() {
        var reply = open("/ping");

        assertThat(reply.body()).isEqualTo("pong");
        assertThat(reply.header("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
    }

    @Test
    void describesLimitsInBytesAndKindsAtTheRoot() {
        assertThat(open("/").body())
                .contains("\"actions_per_minute\":60", "\"concurrent_actions\":30", "\"sequence_length\":50")
                .contains("\"min_action_memory\":134217728", "\"max_action_memory\":536870912")
                .contains("\"max_action_logs\":10485760", "\"max_action_duration\":300000")
                .contains("{\"attached\":true,\"default\":true,\"deprecated\":false,\"image\":\"pikachu/python:3.13\","
                        + "\"kind\":\"python:3.13\",\"requireMain\":false}");
    }

    @Test
    void describesTheApiWithOrWithoutASlash() {
        for (var path : List.of("/api/v1", "/api/v1/", "/api/v1?")) {
            assertThat(open(path).body()).contains("\"api_version_path\":\"v1\"", "\"buildno\":\"0.1.0\"");
        }
    }

    @Test
    void tellsHowInvokersDo() {
        api.invocations.invokers.put("invoker1", "down");

        assertThat(open("/invokers").body()).isEqualTo("{\"invoker0\":\"up\",\"invoker1\":\"down\"}");
        assertThat(open("/invokers/healthy/count").body()).isEqualTo("1");
        assertThat(open("/invokers/ready").status()).isEqualTo(500);
        assertThat(open("/invokers/ready").body()).isEqualTo("{\"unhealthy\":\"1/2\"}");
    }

    @Test
    void isReadyWhenAllInvokersAreUpAndNotWhenThereIsNone() {
        assertThat(open("/invokers/ready").body()).isEqualTo("{\"healthy\":\"1/1\"}");

        api.invocations.invokers.clear();

        assertThat(open("/invokers/ready").body()).isEqualTo("{\"unhealthy\":\"0/0\"}");
    }

    @Test
    void listsWhatIsInFlight() {
        api.invocations.inFlight.put(ScriptedInvocations.ID, "guest/a@0.0.1");

        assertThat(open("/activation").body()).isEqualTo("[[\"" + ScriptedInvocations.ID + "\",\"guest/a@0.0.1\"]]");
        assertThat(open("/activation/count").body()).isEqualTo("1");
    }

    @Test
    void listsTheOneNamespaceOfTheKey() {
        assertThat(api.get("/api/v1/namespaces").body()).isEqualTo("[\"guest\"]");
        assertThat(api.get("/api/v1/namespaces/").body()).isEqualTo("[\"guest\"]");
    }

    @Test
    void listsLimitsOfTheNamespace() {
        assertThat(api.get("/api/v1/namespaces/guest/limits").body())
                .contains("\"concurrentInvocations\":30", "\"invocationsPerMinute\":60", "\"firesPerMinute\":60")
                .contains(
                        "\"maxParameterSize\":\"1048576 B\"", "\"minActionMemory\":128", "\"maxActionTimeout\":300000");
    }

    @Test
    void listsCollectionsThatAreAlwaysEmpty() {
        for (var collection : List.of("packages", "triggers", "rules")) {
            assertThat(api.get("/api/v1/namespaces/_/" + collection + "/?").body())
                    .isEqualTo("[]");
            assertThat(api.get("/api/v1/namespaces/_/" + collection + "?count=true")
                            .body())
                    .isEqualTo("{\"" + collection + "\":0}");
        }
    }
}
