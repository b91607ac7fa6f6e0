package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.JsonText;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.InvokerId;

final class InstancesApiTest {
    private static final String PATH = "/api/v1/namespaces/_/instances";

    private final ApiFixture api = ApiFixture.impatient(Duration.ofSeconds(20), Duration.ofMillis(50));

    @AfterEach
    void close() {
        api.close();
    }

    private static Entry entry(String id) {
        return new Entry(
                ApiFixture.GUEST,
                new InstanceId(id),
                Epoch.parse("18446744073709551615"),
                State.RUNNING,
                Optional.empty(),
                "100.64.0.2",
                65433,
                new InvokerId(0),
                ScriptedInvocations.ID,
                1_795_407_420_000L,
                Optional.empty(),
                Optional.empty());
    }

    private RawHttp watch() throws Exception {
        var http = new RawHttp(api.server.port());
        http.send("GET " + PATH + "?watch=true HTTP/1.1\r\nHost: x\r\n" + ApiFixture.AUTHORIZATION + "\r\n\r\n");
        return http;
    }

    private static String next(RawHttp http, String prefix) throws Exception {
        for (int i = 0; i < 100_000; i++) {
            var line = http.line();
            if (line.startsWith(prefix)) {
                return line;
            }
        }
        throw new AssertionError("No line begins with " + prefix);
    }

    @Test
    void showsAnEntry() {
        api.invocations.put(entry("myname0"));

        assertThat(api.get(PATH + "/myname0").body())
                .isEqualTo("{\"namespace\":\"guest\",\"instanceID\":\"myname0\",\"epoch\":\"18446744073709551615\","
                        + "\"state\":\"running\",\"address\":\"100.64.0.2\",\"port\":65433,\"invoker\":\"invoker0\","
                        + "\"activationId\":\"" + ScriptedInvocations.ID + "\",\"deadline\":1795407420000}");
    }

    @Test
    void showsHowItEndedItsGroupAndAttributes() {
        var running = entry("g-1");
        var grouped = new Entry(
                running.namespace(),
                running.id(),
                running.epoch(),
                running.state(),
                running.ending(),
                running.address(),
                running.port(),
                running.invoker(),
                running.activation(),
                running.deadlineMs(),
                Optional.of(new GroupRank("g", 1, 4)),
                Optional.of(new JsonText("{\"load\":0.50}")));
        api.invocations.put(grouped.gone(Ending.OUT_OF_MEMORY));

        assertThat(api.get(PATH + "/g-1").body())
                .contains("\"state\":\"gone\",\"how\":\"out-of-memory\"", "\"group\":\"g\",\"rank\":1,\"size\":4")
                .contains("\"attributes\":{\"load\":0.50}");
    }

    @Test
    void listsAndFiltersByState() {
        api.invocations.put(entry("a"));
        api.invocations.put(entry("b").gone(Ending.FINISHED));

        assertThat(api.get(PATH).body()).startsWith("[{").contains("\"a\"", "\"b\"");
        assertThat(api.get(PATH + "?state=running").body()).contains("\"a\"").doesNotContain("\"b\"");
        assertThat(api.get(PATH + "?limit=1&skip=1").body()).contains("\"b\"").doesNotContain("\"a\"");
        assertThat(api.get(PATH + "?count=true").body()).isEqualTo("{\"instances\":2}");
        assertThat(api.get(PATH + "?state=odd").status()).isEqualTo(400);
    }

    @Test
    void streamsThePresentOnesThenChangesAndSignsOfLife() throws Exception {
        api.invocations.put(entry("early"));
        try (var http = watch()) {
            assertThat(http.head().header("content-type")).contains("text/event-stream");
            assertThat(next(http, "event:")).isEqualTo("event: instance");
            assertThat(next(http, "data:")).startsWith("data: {").contains("\"early\"");
            assertThat(next(http, ":")).isEqualTo(":");

            api.invocations.put(entry("late"));

            assertThat(next(http, "data:")).contains("\"late\"", "\"running\"");
            api.invocations.put(entry("late").gone(Ending.KILLED));
            assertThat(next(http, "data:")).contains("\"late\"", "\"gone\"", "\"killed\"");
        }
    }

    @Test
    void closesTheWatchOfAClientThatGoesAway() throws Exception {
        try (var http = watch()) {
            http.head();
            await().until(() -> api.invocations.watchers() == 1);
        }

        await().atMost(Duration.ofSeconds(10)).until(() -> api.invocations.watchers() == 0);
    }

    @Test
    void letsGoOfAClientThatTakesNothing() throws Exception {
        try (var http = watch()) {
            http.head();
            await().until(() -> api.invocations.watchers() == 1);

            var large = entry("x").saying(new JsonText("{\"a\":\"" + "x".repeat(900) + "\"}"));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                for (int i = 0; i < 10_000; i++) {
                    api.invocations.put(large);
                }
                return api.invocations.watchers() == 0;
            });
        }
    }

    @Test
    void tellsASlowClientThatItMissedChanges() throws Exception {
        try (var http = watch()) {
            http.head();
            await().until(() -> api.invocations.watchers() == 1);

            for (int i = 0; i < 60_000; i++) {
                api.invocations.put(entry("x"));
            }

            assertThat(next(http, "event: error")).isEqualTo("event: error");
            assertThat(next(http, "data:")).contains("Watch again");
        }
    }

    @Test
    void endsWatchesWhenTheServerCloses() throws Exception {
        try (var http = watch()) {
            http.head();
            await().until(() -> api.invocations.watchers() == 1);

            api.close();

            assertThat(api.invocations.watchers()).isZero();
        }
    }
}
