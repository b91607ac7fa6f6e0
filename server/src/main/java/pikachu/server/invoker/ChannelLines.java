package pikachu.server.invoker;

import java.nio.charset.StandardCharsets;
import pikachu.core.instances.Entry;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/** The lines that the invoker writes on a channel, and how JSON of a function is read. */
final class ChannelLines {
    private static final int MAX_DEPTH = 32;

    /** Refuses a member that comes twice, and keeps the digits of numbers. */
    static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static final byte[] GREETING = line("{\"channel\":1}");
    static final byte[] OK = line("{\"ok\":true}");

    private ChannelLines() {}

    static byte[] error(String why) {
        return line(JSON.createObjectNode().put("error", why).toString());
    }

    static byte[] present(int count) {
        return line("{\"present\":" + count + "}");
    }

    static byte[] entry(Entry e) {
        var entry = JSON.createObjectNode();
        entry.put("id", e.id().value());
        entry.put("epoch", e.epoch().toString());
        entry.put("state", e.state().text());
        e.ending().ifPresent(how -> entry.put("how", how.text()));
        entry.put("address", e.address());
        entry.put("port", e.port());
        entry.put("invoker", e.invoker().number());
        entry.put("activation", e.activation().value());
        entry.put("deadline_ms", e.deadlineMs());
        e.group().ifPresent(group -> entry.put("group", group.group()).put("rank", group.rank()));
        e.attributes().ifPresent(json -> entry.putRawValue("attributes", new RawValue(oneLine(json.toString()))));
        return line(JSON.writeValueAsString(JSON.createObjectNode().set("entry", entry)));
    }

    /** Attributes are on one line already; what comes from another host is made so again rather than believed. */
    private static String oneLine(String json) {
        return json.replace('\n', ' ').replace('\r', ' ');
    }

    private static byte[] line(String json) {
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
