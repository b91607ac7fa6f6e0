package pikachu.server.entities;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KindsTest {
    private final Kinds kinds =
            new Kinds(List.of(Kinds.family("python", List.of("3.13", "3.11")), Kinds.family("nodejs", List.of("20"))));

    @ParameterizedTest
    @CsvSource({
        "python:default, python:3.13",
        "python:3, python:3.13",
        "python:3.11, python:3.11",
        "' Python:3.11 ', python:3.11",
        "nodejs:default, nodejs:20",
        "nodejs:20, nodejs:20"
    })
    void resolvesToAConcreteKind(String asked, String kind) {
        assertThat(kinds.resolve(asked)).map(Kinds.Kind::name).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "python:", "python:2", "python:3.1", "nodejs:2", "ruby:default", ""})
    void resolvesNothingElse(String asked) {
        assertThat(kinds.resolve(asked)).isEmpty();
    }

    @Test
    void listsAllInQuotes() {
        assertThat(kinds.quoted()).isEqualTo("'python:3.13', 'python:3.11', 'nodejs:20'");
    }
}
