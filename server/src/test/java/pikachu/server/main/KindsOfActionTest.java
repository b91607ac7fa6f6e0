package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** An action of each kind on the whole platform, from its source and from an archive. Node.js must be installed. */
final class KindsOfActionTest {
    @TempDir
    private static Path data;

    private static Standalone platform;
    private static Client client;

    @BeforeAll
    static void start() throws IOException {
        platform = new Standalone(new Settings(0, data, 1, 8_192, Map.of(), Installation.home()));
        platform.start();
        client = new Client(platform.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        platform.close();
    }

    private static Client.Answer create(String name, ObjectNode exec) {
        var body = Client.JSON.createObjectNode();
        body.set("exec", exec);
        return client.send("PUT", "actions/" + name + "?overwrite=true", body.toString());
    }

    private static ObjectNode exec(String kind, String code) {
        return Client.JSON.createObjectNode().put("kind", kind).put("code", code);
    }

    private static String zip(Map<String, String> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** Calls it under a chosen ID, which it is to tell, twice: the second time by another one. */
    private static void answersWithItsIdentity(String name) {
        for (var id : new String[] {name + "-first", name + "-second"}) {
            var answer = client.call(name, "{\"instanceID\":\"" + id + "\",\"n\":\"\u00e9\"}");
            assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
            assertThat(answer.at("/response/result/id").asString()).isEqualTo(id);
            assertThat(answer.at("/response/result/n").asString()).isEqualTo("\u00e9");
        }
    }

    @Test
    void runsNodeFromSourceAndFromAZip() throws IOException {
        var source = "function main(args) { return { id: process.env.__OW_INSTANCE_ID, n: args.n }; }";
        assertThat(create("node", exec("nodejs:default", source)).status()).isEqualTo(200);
        answersWithItsIdentity("node");

        var files = Map.of(
                "package.json",
                "{\"main\":\"start.js\"}",
                "start.js",
                "exports.main = require('greeting').main;",
                "node_modules/greeting/index.js",
                "exports.main = async (args) => ({ id: process.env.__OW_INSTANCE_ID, n: args.n });");
        assertThat(create("nodezip", exec("nodejs:default", zip(files))).status())
                .isEqualTo(200);
        answersWithItsIdentity("nodezip");
    }

    @Test
    void runsJavaFromSource() {
        var source = """
                import com.google.gson.JsonObject;
                public class Hello {
                    public static JsonObject main(JsonObject args) {
                        var result = new JsonObject();
                        result.addProperty("id", System.getenv("__OW_INSTANCE_ID"));
                        result.add("n", args.get("n"));
                        return result;
                    }
                }
                """;
        assertThat(create("java", exec("java:default", source).put("main", "Hello"))
                        .status())
                .isEqualTo(200);
        answersWithItsIdentity("java");
    }

    @Test
    void runsScriptsAsWskAsksForThem() throws IOException {
        var script = """
                #!/usr/bin/python3
                import json, os, sys
                n = json.loads(sys.argv[1])["n"]
                print(json.dumps({"id": os.environ["__OW_INSTANCE_ID"], "n": n}))
                """;
        var exec = exec("blackbox", script).put("image", "openwhisk/dockerskeleton");
        var created = create("script", exec);
        assertThat(created.status()).as(created.body().toString()).isEqualTo(200);
        assertThat(created.at("/exec/kind").asString()).isEqualTo("native:default");
        answersWithItsIdentity("script");

        assertThat(create("script", exec("native:default", zip(Map.of("exec", script))))
                        .status())
                .isEqualTo(200);
        answersWithItsIdentity("script");
    }

    @Test
    void runsPythonWithPackagesOfItsOwn() throws IOException {
        var files = Map.of(
                "__main__.py",
                "from greeting.words import answer\ndef main(args):\n    return answer(args)\n",
                "greeting/__init__.py",
                "",
                "greeting/words.py",
                "import os\ndef answer(args):\n    return {'id': os.environ['__OW_INSTANCE_ID'], 'n': args['n']}\n");
        assertThat(create("pythonzip", exec("python:3", zip(files))).status()).isEqualTo(200);
        answersWithItsIdentity("pythonzip");
    }

    @Test
    void refusesImagesAndKindsThatItHasNot() {
        assertThat(create("image", exec("blackbox", "x").put("image", "somebody/else"))
                        .status())
                .isEqualTo(400);
        var refused = create("cobol", exec("cobol:68", "x"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.at("/error").asString())
                .contains("'nodejs:")
                .contains("'java:")
                .contains("'native:default'");
    }
}
