package pikachu.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ActionsApiTest {
    private static final String ACTIONS = "/api/v1/namespaces/_/actions";

    private final ApiFixture api = ApiFixture.standalone();

    @AfterEach
    void close() {
        api.close();
    }

    private RawHttp.Reply update(String name, String body) {
        return api.put(ACTIONS + "/" + name + "?overwrite=true", body);
    }

    @Test
    void createsAnActionWithDefaultsAndItsConcreteKind() {
        var reply = api.put(ACTIONS + "/a?", ApiFixture.PYTHON);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo(
                        "{\"annotations\":[{\"key\":\"provide-api-key\",\"value\":false},{\"key\":\"exec\",\"value\":\"python:3.13\"}],"
                                + "\"exec\":{\"binary\":false,\"code\":\"def main(a): return a\",\"kind\":\"python:3.13\"},"
                                + "\"limits\":{\"concurrency\":1,\"logs\":10,\"memory\":256,\"timeout\":60000},"
                                + "\"name\":\"a\",\"namespace\":\"guest\",\"parameters\":[],\"publish\":false,"
                                + "\"updated\":1795407360000,\"version\":\"0.0.1\"}");
        assertThat(api.get(ACTIONS + "/a?").body()).isEqualTo(reply.body());
    }

    @Test
    void keepsNumbersOfParametersToTheDigit() {
        api.put(
                ACTIONS + "/a",
                "{\"exec\":{\"kind\":\"python:3.11\",\"code\":\"x\"},\"status\":\"\",\"name\":\"ignored\","
                        + "\"parameters\":[{\"key\":\"pi\",\"value\":3.14159265358979323846264338327950288},"
                        + "{\"key\":\"n\",\"value\":{\"deep\":[1E400, 10.00]}}]}");

        assertThat(api.get(ACTIONS + "/a").body())
                .contains(
                        "3.14159265358979323846264338327950288",
                        "{\"deep\":[1E400, 10.00]}",
                        "\"kind\":\"python:3.11\"");
    }

    @Test
    void mergesAnUpdate() {
        api.put(
                ACTIONS + "/a",
                "{\"exec\":{\"kind\":\"python:3\",\"code\":\"old\"},\"parameters\":[{\"key\":\"p\",\"value\":1}],"
                        + "\"annotations\":[{\"key\":\"x\",\"value\":1},{\"key\":\"y\",\"value\":2}],"
                        + "\"limits\":{\"memory\":512,\"timeout\":1000}}");

        var reply = update(
                "a",
                "{\"annotations\":[{\"key\":\"z\",\"value\":3}],\"delAnnotations\":[\"x\"],\"limits\":{\"timeout\":2000}}");

        assertThat(reply.body())
                .contains("\"code\":\"old\"", "{\"key\":\"p\",\"value\":1}", "\"version\":\"0.0.2\"")
                .contains("\"memory\":512", "\"timeout\":2000")
                .contains("{\"key\":\"y\",\"value\":2}", "{\"key\":\"z\",\"value\":3}")
                .doesNotContain("\"key\":\"x\"");
        assertThat(update("a", "{\"parameters\":[],\"version\":\"1.0\"}").body())
                .contains("\"parameters\":[]", "\"version\":\"1.0.0\"");
    }

    @Test
    void createsWhenAnUpdateFindsNothing() {
        assertThat(update("fresh", ApiFixture.PYTHON).body()).contains("\"version\":\"0.0.1\"");
    }

    @Test
    void lastOfEqualKeysCounts() {
        assertThat(update(
                                "a",
                                "{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"},\"parameters\":"
                                        + "[{\"key\":\"k\",\"value\":1},{\"key\":\"k\",\"value\":2}]}")
                        .body())
                .contains("\"parameters\":[{\"key\":\"k\",\"value\":2}]");
    }

    @Test
    void recognisesBase64AsBinary() {
        var zip = Base64.getEncoder().encodeToString(new byte[] {'P', 'K', 3, 4, 0, 1});

        var reply = update("a", "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + zip + "\",\"main\":\"go\"}}");

        assertThat(reply.body()).contains("\"binary\":true", "\"code\":\"" + zip + "\"", "\"main\":\"go\"");
    }

    @Test
    void leavesCodeOutWhenAsked() {
        update("a", ApiFixture.PYTHON);

        assertThat(api.get(ACTIONS + "/a?code=false").body())
                .doesNotContain("\"code\"")
                .contains("\"kind\"");
    }

    @Test
    void keepsLongCodeAsAnAttachmentAndDropsThatOfOldVersions() {
        var first = "# caf\\u00e9 \\ud83d\\ude00\\n".repeat(2_000);
        update("a", "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + first + "\"}}");
        var second = "y = 2 #\\n".repeat(9_000);

        var reply = update("a", "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + second + "\"}}");

        assertThat(reply.body()).contains(second);
        assertThat(api.get(ACTIONS + "/a").body()).contains(second);
        assertThat(api.store.attachmentCount()).isEqualTo(1);
        assertThat(api.delete(ACTIONS + "/a").body()).contains(second);
        assertThat(api.store.attachmentCount()).isZero();
    }

    @Test
    void decodesEscapesOfLongCode() {
        update(
                "a",
                "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + "\\u00e9\\ud83d\\ude00\\/\\t".repeat(4_000) + "\"}}");

        assertThat(api.get(ACTIONS + "/a").body()).contains("\"code\":\"" + "é😀/\\t".repeat(4_000) + "\"");
    }

    @Test
    void answersDeletionWithWhatWasDeleted() {
        update("a", ApiFixture.PYTHON);

        assertThat(api.delete(ACTIONS + "/a").body()).contains("\"name\":\"a\"", "def main");
        assertThat(api.get(ACTIONS + "/a").status()).isEqualTo(404);
    }

    @Test
    void listsNewestFirstWithoutParametersAndCode() {
        update("old", ApiFixture.PYTHON);
        api.now.addAndGet(1_000);
        update("new", "{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"},\"parameters\":[{\"key\":\"p\",\"value\":1}]}");

        var body = api.get(ACTIONS + "/?limit=0&skip=0").body();

        assertThat(body).containsSubsequence("\"name\":\"new\"", "\"name\":\"old\"");
        assertThat(body).contains("\"exec\":{\"binary\":false}").doesNotContain("parameters", "\"code\"");
        assertThat(api.get(ACTIONS + "?limit=1&skip=1").body())
                .contains("\"name\":\"old\"")
                .doesNotContain("\"name\":\"new\"");
        assertThat(api.get(ACTIONS + "?count=true&skip=1").body()).isEqualTo("{\"actions\":1}");
    }

    @Test
    void acceptsABodyWithoutContentTypeAndInChunks() throws Exception {
        try (var http = new RawHttp(api.server.port())) {
            http.send("PUT " + ACTIONS + "/a HTTP/1.1\r\nHost: x\r\n" + ApiFixture.AUTHORIZATION
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(ApiFixture.PYTHON.length()) + "\r\n" + ApiFixture.PYTHON + "\r\n0\r\n\r\n");

            assertThat(http.reply(true).status()).isEqualTo(200);
        }
    }

    @Test
    void refusesWhatIsTooLarge() {
        var parameters = "{\"exec\":{\"kind\":\"python:3\",\"code\":\"x\"},\"parameters\":[{\"key\":\"k\",\"value\":\""
                + "x".repeat(1_100_000) + "\"}]}";
        var code = "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + "x".repeat((48 << 20) + 1) + "\"}}";

        assertThat(update("a", parameters).error())
                .isEqualTo("parameters larger than allowed: 1100003 > 1048576 bytes.");
        assertThat(update("a", parameters.replace("parameters", "annotations")).error())
                .isEqualTo("annotations larger than allowed: 1100003 > 1048576 bytes.");
        var reply = update("a", code);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.error()).isEqualTo("exec larger than allowed: 50331649 > 50331648 bytes.");
        assertThat(api.get(ACTIONS).body()).isEqualTo("[]");
    }

    @Test
    void saysThatACorruptDocumentCannotBeRead() {
        api.store.create(new pikachu.core.store.NewDocument(
                new pikachu.core.store.DocumentKey(pikachu.core.store.Collection.ENTITIES, ApiFixture.GUEST, "bad"),
                0,
                "other",
                new byte[] {'{', '}'}));

        var reply = api.get(ACTIONS + "/bad");

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.error()).isEqualTo("Resource is corrupted and cannot be read.");
    }

    @Test
    void namesTheCallersNamespaceForTheUnderscore() {
        update("a", ApiFixture.PYTHON);

        assertThat(api.get("/api/v1/namespaces/guest/actions/a").body()).contains("\"namespace\":\"guest\"");
    }

    @Test
    void refusesAnotherKeyTheSameAction() {
        update("a", ApiFixture.PYTHON);

        var reply = api.call(
                "DELETE", "/api/v1/namespaces/guest/actions/a", List.of(ApiFixture.basic(ApiFixture.OTHER_KEY)), "");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(api.get(ACTIONS + "/a").status()).isEqualTo(200);
    }

    @Test
    void refusesAWriteThatSomebodyElseWasFasterWithAndKeepsNothingOfIt() {
        update("a", ApiFixture.PYTHON);
        var key = new pikachu.core.store.DocumentKey(pikachu.core.store.Collection.ENTITIES, ApiFixture.GUEST, "a");
        api.store.beforeReplace(() -> {
            var present = api.store.get(key).orElseThrow();
            api.store.replace(
                    new pikachu.core.store.NewDocument(key, present.time(), present.label(), present.body()),
                    present.revision());
        });

        var reply = update("a", "{\"exec\":{\"kind\":\"python:3\",\"code\":\"" + "x".repeat(20_000) + "\"}}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.error()).isEqualTo("Concurrent modification to resource detected.");
        assertThat(api.store.attachmentCount()).isZero();
        assertThat(api.get(ACTIONS + "/a").body()).contains("def main");
    }
}
