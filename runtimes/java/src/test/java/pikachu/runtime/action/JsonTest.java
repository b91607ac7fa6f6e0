package pikachu.runtime.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Object read(String text) {
        return Json.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1,-2.5,1e300,null,true,false,{},[]]",
                "{\"é\\\"\\n😀\":\"\\\\\\u0001\",\"b\":{\"c\":\"\"}}",
                "{\"n\":12345678901234567890123,\"d\":0.1000000000000000055511151231257827,\"z\":1.10,\"m\":-0}",
                "{\"lone\":\"\\ud800é\\udfff\\udfff😀\"}",
            })
    void writesWhatItReadToTheLastDigit(String text) {
        assertThat(Json.text(read(text))).isEqualTo(text);
    }

    @Test
    void keepsTheLastOfTwoMembersWithOneName() {
        assertThat(Json.text(read("{\"a\":1,\"a\":2}"))).isEqualTo("{\"a\":2}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[1,]",
                "{'a':1}",
                "{a:1}",
                "01",
                "nul",
                "TRUE",
                "\"\n\"",
                "1 2",
                "[1}",
                "{\"a\":NaN}",
                "/**/{}",
                "{\"a\":1;}"
            })
    void refusesWhatIsNoStrictJson(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(Json.NoJson.class)
                .message()
                .doesNotContain("Reader")
                .doesNotContain("Exception");
    }

    @Test
    void refusesWhatIsNoUtf8() {
        assertThatThrownBy(() -> Json.read(new ByteArrayInputStream(new byte[] {'"', (byte) 0xff, '"'})))
                .hasMessage("it is not UTF-8");
    }

    @Test
    void readsAndWritesAThousandLevelsAndNoMore() {
        var deep = "[".repeat(Json.DEPTH) + "]".repeat(Json.DEPTH);
        assertThat(Json.text(read(deep))).isEqualTo(deep);
        assertThatThrownBy(() -> read("[" + deep + "]")).isInstanceOf(Json.NoJson.class);
        assertThatThrownBy(() -> Json.text(List.of(read(deep)))).hasMessageContaining("nested deeper than 1000");
    }

    @Test
    void writesPlainValues() {
        var value = new ArrayList<Object>(Arrays.asList(
                1,
                2L,
                1.5,
                new BigDecimal("1.10"),
                BigInteger.TEN,
                "s",
                'c',
                true,
                null,
                new int[] {1, 2},
                new String[] {"x"}));
        value.add(Map.of(3, List.of(new JsonPrimitive("gson"))));
        assertThat(Json.text(value))
                .isEqualTo("[1,2,1.5,1.10,10,\"s\",\"c\",true,null,[1,2],[\"x\"],{\"3\":[\"gson\"]}]");
    }

    @Test
    void saysWhatHasNoForm() {
        assertThatThrownBy(() -> Json.text(List.of(Double.NaN)))
                .isInstanceOf(Json.NoJson.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Json.text(List.of(new Object()))).hasMessage("an object of class java.lang.Object");
        var itself = new JsonArray();
        itself.add(itself);
        assertThatThrownBy(() -> Json.text(itself)).hasMessageContaining("contains itself");
    }

    @Test
    void givesPlainValuesTheSmallestTypeThatHoldsThem() {
        var object = (JsonObject)
                read("{\"a\":[1,-9223372036854775808,9223372036854775808,1.5,1e400,\"s\",true,null],\"b\":{}}");
        var plain = Plain.map(object);
        assertThat(plain.get("a"))
                .isEqualTo(Arrays.asList(
                        1L,
                        Long.MIN_VALUE,
                        new BigInteger("9223372036854775808"),
                        1.5,
                        new BigDecimal("1e400"),
                        "s",
                        true,
                        null));
        assertThat(plain.get("b")).isEqualTo(Map.of());
        assertThat(Plain.list((JsonArray) read("[[]]"))).isEqualTo(List.of(List.of()));
    }
}
