package pikachu.server.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pikachu.core.names.NamespaceName;
import pikachu.server.entities.Kinds;
import pikachu.server.invoker.Prewarm;

final class PrewarmOptionTest {
    private static final NamespaceName GUEST = new NamespaceName("guest");
    private static final Kinds KINDS = new Kinds(List.of(Kinds.family("python", List.of("3.13", "3.11"))));

    @Test
    void readsKindMemoryAndCount() {
        assertThat(PrewarmOption.parse("python=1")).isEqualTo(new PrewarmOption("python:default", 256, 1));
        assertThat(PrewarmOption.parse("python:3=2")).isEqualTo(new PrewarmOption("python:3", 256, 2));
        assertThat(PrewarmOption.parse("python:3.11:512=10")).isEqualTo(new PrewarmOption("python:3.11", 512, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "python", "python=", "=1", "python:3:512", "python=-1", "python:3:5=1", "none=1:2"})
    void refusesWhatIsSomethingElse(String text) {
        assertThatThrownBy(() -> PrewarmOption.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void findsTheKindsThatThisMachineRuns() {
        assertThat(PrewarmOption.resolve(PrewarmOption.standard(), KINDS, GUEST))
                .containsExactly(new Prewarm(GUEST, "python:3.13", 256, 1));
        assertThatThrownBy(() -> PrewarmOption.resolve(List.of(PrewarmOption.parse("cobol=1")), KINDS, GUEST))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("cobol:default")
                .hasMessageContaining("'python:3.11'");
    }
}
