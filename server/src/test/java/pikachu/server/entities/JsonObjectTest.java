package pikachu.server.entities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pikachu.core.activations.JsonText;

final class JsonObjectTest {
    private static JsonObject parse(String text) {
        return JsonObject.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void givesEachMemberAsItWasWritten() {
        var object = parse(" {\"a\" : 1.50 ,\"b\":[ 1 , {} ]\n,\"é\":\"x,\\\" \" , \"c\":{\"d\":null}} ");

        assertThat(object.text("a")).contains(new JsonText("1.50"));
        assertThat(object.text("b")).contains(new JsonText("[ 1 , {} ]"));
        assertThat(object.text("é")).contains(new JsonText("\"x,\\\" \""));
        assertThat(object.string("é")).contains("x,\" ");
        assertThat(object.object("c").orElseThrow().type("d")).isEqualTo(JsonObject.Type.NULL);
        assertThat(object.elements("b").orElseThrow()).containsExactly(new JsonText("1"), new JsonText("{}"));
        assertThat(object.type("nothing")).isEqualTo(JsonObject.Type.ABSENT);
    }

    @Test
    void lastOfEqualNamesCounts() {
        assertThat(parse("{\"a\":1,\"a\":[2]}").text("a")).contains(new JsonText("[2]"));
    }

    @Test
    void refusesElementsThatAreNoObjects() {
        assertThatThrownBy(() -> parse("{\"a\":[{},1]}").objects("a"))
                .isInstanceOf(MalformedJson.class)
                .hasMessage("JSON object expected");
    }

    @ParameterizedTest
    @CsvSource({
        "\\u00e9, é",
        "\\ud83d\\ude00, 😀",
        "\\ud83d, \uFFFD",
        "\\ud83dx, \uFFFDx",
        "\\\\u0041, \\u0041",
        "a\\tb, 'a\tb'"
    })
    void takesEscapesAway(String written, String meant) {
        assertThat(parse("{\"s\":\"" + written + "\"}").string("s")).contains(meant);
    }

    /** What is written at random is found again, whatever white space is between. */
    @RepeatedTest(200)
    void findsRandomMembersAgain(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var expected = new LinkedHashMap<String, String>();
        var text = new StringBuilder(space(random) + "{" + space(random));
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            var name = "k" + random.nextInt(4);
            var value = value(random, 3);
            expected.put(name, value);
            text.append(i == 0 ? "" : "," + space(random))
                    .append('"')
                    .append(name)
                    .append('"');
            text.append(space(random))
                    .append(':')
                    .append(space(random))
                    .append(value)
                    .append(space(random));
        }
        var object = parse(text.append('}').append(space(random)).toString());

        assertThat(object.names())
                .as("seed %d: %s", repetition.getCurrentRepetition(), text)
                .isEqualTo(expected.keySet());
        expected.forEach((name, value) -> assertThat(object.text(name).orElseThrow())
                .as("seed %d: %s", repetition.getCurrentRepetition(), text)
                .hasToString(value));
    }

    private static String space(Random random) {
        return List.of("", " ", "\n", "\t ", "  ").get(random.nextInt(5));
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> "-12.340e+5";
            case 1 -> "true";
            case 2 -> "null";
            case 3 -> "\", ü😀\\\"} \"";
            case 4 -> "0";
            case 5 -> {
                var elements = new ArrayList<String>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    elements.add(value(random, depth - 1));
                }
                yield "[" + String.join(" , ", elements) + " ]";
            }
            default -> "{ \"a\":" + value(random, depth - 1) + "}";
        };
    }
}
