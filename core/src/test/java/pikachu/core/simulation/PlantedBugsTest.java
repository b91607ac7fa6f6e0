package pikachu.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlantedBugsTest {
    private static final int MOST_SEEDS = 40;

    @ParameterizedTest
    @EnumSource(
            value = Plant.class,
            names = {"NO_MERGE_RULE", "PLACEMENTS_NOT_SHARED", "NO_RELEASES", "NO_DEATH_NOTICES", "NO_REPAIR"})
    void theInvariantsNoticeAPlantedBug(Plant plant) {
        var text = new ByteArrayOutputStream();
        boolean isGood = true;
        for (long seed = 1; seed <= MOST_SEEDS && isGood; seed++) {
            text.reset();
            isGood = Simulate.run(seed, plant, new PrintStream(text, true, StandardCharsets.UTF_8));
        }

        assertThat(isGood)
                .as("no seed up to " + MOST_SEEDS + " noticed " + plant)
                .isFalse();
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("BROKEN ")
                .contains("again: ./pikachu simulate --seed")
                .contains("--plant " + plant);
    }
}
