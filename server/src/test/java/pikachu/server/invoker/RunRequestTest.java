package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.Caller;
import pikachu.core.activations.JsonText;
import pikachu.core.activations.Limits;
import pikachu.core.containers.Container;
import pikachu.core.containers.ContainerSpec;
import pikachu.core.containers.Endpoint;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.names.ActionName;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;
import pikachu.core.names.NamespaceName;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunRequestTest {
    private static final NamespaceName GUEST = new NamespaceName("guest");
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    @Test
    void givesInitParametersAsTheyAreWritten() {
        var text = init(
                "{ \"a\" : 1.50e3 , \"b\\u00e9\":{\"x\":[\"}\",null]},\"c\": \"d\\\"é\" , \"n\":-12345678901234567890\n}");

        assertThat(text)
                .contains(
                        "\"env\":{\"a\" : 1.50e3,\"b\\u00e9\":{\"x\":[\"}\",null]},\"c\": \"d\\\"é\",\"n\":-12345678901234567890,\"__OW_NAMESPACE\":\"guest\",");
    }

    @Test
    void leavesOutInitParametersThatBearAReservedName() {
        var environment = environment("{\"__OW_INSTANCE_ID\":\"forged\",\"GREETING\":\"hi\","
                + "\"__\\u004fW_API_KEY\":{\"a\":1},\"__OW_ANYTHING\":1}");

        assertThat(environment.get("__OW_INSTANCE_ID").asString()).isEqualTo("myname0");
        assertThat(environment.get("GREETING").asString()).isEqualTo("hi");
        assertThat(environment.has("__OW_API_KEY")).isFalse();
        assertThat(environment.has("__OW_ANYTHING")).isFalse();
    }

    @Test
    void saysWhoRunsWithoutAnyInitParameter() {
        assertThat(environment("{}").get("__OW_ACTION_NAME").asString()).isEqualTo("/guest/hello");
        assertThat(environment(" { } ").get("__OW_ACTION_NAME").asString()).isEqualTo("/guest/hello");
    }

    @Test
    void carriesCodeAsItIs() {
        var source = new StringBuilder("\"\\\n\t\u007f\u00fc\ud83d\ude00");
        for (var c = '\0'; c < ' '; c++) {
            source.append(c);
        }
        var read = STRICT.readTree(init(source.toString(), "{}")).get("value");

        assertThat(read.get("code").asString()).isEqualTo(source.toString());
    }

    private static JsonNode environment(String parameters) {
        return STRICT.readTree(init(parameters)).get("value").get("env");
    }

    private static String init(String parameters) {
        return init("", parameters);
    }

    private static String init(String source, String parameters) {
        var utf8 = source.getBytes(StandardCharsets.UTF_8);
        var code = new ActionCode("0.0.1", 1, "python:3", "main", false, utf8.length, () -> Optional.of(utf8));
        var pieces = RunRequest.init(activation(), code, utf8, new JsonText(parameters), 1, new Still());
        var whole = new ByteArrayOutputStream();
        pieces.forEach(whole::writeBytes);
        return whole.toString(StandardCharsets.UTF_8);
    }

    private static Activation activation() {
        var action = new ActionRef(
                new ActionName(GUEST, new EntityName("hello")), "0.0.1", 1, "python:3", new Limits(60_000, 256, 10, 1));
        return new Activation(
                new ActivationId("0".repeat(32)),
                0,
                new ControllerId(0),
                new Caller(GUEST, "uuid", "subject", Optional.empty()),
                action,
                new InstanceId("myname0"),
                new Epoch(0),
                Optional.empty(),
                0,
                0,
                "t");
    }

    /** A container that is only described. */
    private record Still() implements Container {
        @Override
        public ContainerSpec spec() {
            var folders = new ContainerSpec.Folders(Path.of("directory"), Path.of("channel"), Map.of());
            var command = new RuntimeCommand("python:3", List.of("python3"));
            return new ContainerSpec(1, GUEST, command, new Endpoint.OnHost("10.0.0.2"), folders, 256, Map.of());
        }

        @Override
        public SocketAddress control() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public Seen seen() {
            return new Seen("/pikachu/directory", "/pikachu/channel", "/pikachu/volumes");
        }

        @Override
        public InputStream stdout() {
            return InputStream.nullInputStream();
        }

        @Override
        public InputStream stderr() {
            return InputStream.nullInputStream();
        }

        @Override
        public boolean ranOutOfMemory() {
            return false;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public CompletableFuture<Exit> exited() {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    }
}
