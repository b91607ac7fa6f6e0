package pikachu.core.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InstanceIdTest {
    private static final String LONGEST = "a".repeat(64);

    @ParameterizedTest
    @ValueSource(strings = {"a", "myname0", "12345", "0", ".a", "_", "a.b-c_D", "...", "localhost", "10.0.0.1", "a-"})
    void takesLettersDigitsDotsUnderscoresAndHyphens(String value) {
        assertThat(InstanceId.chosen(value).value()).isEqualTo(value);
        assertThat(InstanceId.chosen(value).isChosen()).isTrue();
    }

    @Test
    void takesUpTo64Characters() {
        assertThat(InstanceId.chosen(LONGEST)).hasToString(LONGEST);
        assertThatThrownBy(() -> InstanceId.chosen(LONGEST + "a"))
                .isInstanceOf(InvalidName.class)
                .hasMessageContaining("1 to 64 characters");
        assertThatThrownBy(() -> InstanceId.chosen("")).isInstanceOf(InvalidName.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "..",
                "-a",
                "a b",
                "a/b",
                "../a",
                "a\n",
                "\n",
                "a\tb",
                "a\u0000",
                "v=6.6.6.6",
                "a&b",
                "x=1.1.1.1&v=6.6.6.6",
                "ä",
                "\uff41",
                "a|b",
                "a:b",
                "{}",
                "\"",
                "a%2e",
                "$(a)"
            })
    void refusesWhatCouldEndALineAFieldOrAPath(String value) {
        assertThatThrownBy(() -> InstanceId.chosen(value))
                .isInstanceOf(InvalidName.class)
                .hasMessageContaining("letters, digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00112233445566778899aabbccddeeff", "00112233445566778899AABBCCDDEEFF"})
    void refusesTheFormOfAnActivationId(String value) {
        assertThatThrownBy(() -> InstanceId.chosen(value))
                .isInstanceOf(InvalidName.class)
                .hasMessageContaining("activation ID");
        assertThat(new InstanceId(value).isChosen()).isFalse();
    }

    @Test
    void epochsOfAYoungerGenerationAreLarger() {
        var old = Epoch.ofClaim(1, (1L << 40) - 1);
        var young = Epoch.ofClaim(2, 0);
        var last = Epoch.ofClaim((1L << 24) - 1, 5);

        assertThat(young).isGreaterThan(old);
        assertThat(last).isGreaterThan(young);
        assertThat(last.toString()).doesNotStartWith("-");
        assertThat(Epoch.parse(last.toString())).isEqualTo(last);
        assertThatThrownBy(() -> Epoch.ofClaim(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Epoch.parse("-1")).isInstanceOf(InvalidName.class);
    }
}
