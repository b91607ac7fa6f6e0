package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pikachu.core.names.NamespaceName;

final class StemCellsTest {
    private static final NamespaceName GUEST = new NamespaceName("guest");
    private static final CellKey PYTHON = new CellKey(GUEST, "python:3.11", 256);
    private static final CellKey SMALL = new CellKey(GUEST, "python:3.11", 128);
    private static final Map<CellKey, Integer> NONE = Map.of();
    private static final long QUIET = StemCells.QUIET_MS;

    private final StemCells byDemand = new StemCells(List.of(), true);

    @Test
    void keepsWhatIsConfiguredWithoutBeingAsked() {
        var cells = new StemCells(List.of(new Prewarm(GUEST, "python:3.11", 256, 2)), false);

        assertThat(cells.lacking(NONE, 0)).contains(PYTHON);
        assertThat(cells.lacking(Map.of(PYTHON, 1), 0)).contains(PYTHON);
        assertThat(cells.lacking(Map.of(PYTHON, 2), 0)).isEmpty();
        assertThat(cells.surplus(Map.of(PYTHON, 2), 1_000_000)).isEmpty();
    }

    @Test
    void keepsNothingByDemandWhenItIsNotToFollowIt() {
        var cells = new StemCells(List.of(), false);
        cells.asked(PYTHON, 0);

        assertThat(cells.lacking(NONE, QUIET)).isEmpty();
    }

    @Test
    void keepsOneForTheFirstThatAsksAndTwoForMore() {
        byDemand.asked(PYTHON, 0);
        assertThat(byDemand.lacking(NONE, QUIET)).contains(PYTHON);
        assertThat(byDemand.lacking(Map.of(PYTHON, 1), QUIET)).isEmpty();

        byDemand.asked(PYTHON, 100);
        byDemand.asked(PYTHON, 200);
        assertThat(byDemand.lacking(Map.of(PYTHON, 1), 200 + QUIET)).contains(PYTHON);
        assertThat(byDemand.lacking(Map.of(PYTHON, 2), 200 + QUIET)).isEmpty();
    }

    @Test
    void waitsUntilNobodyAsksAnyMore() {
        byDemand.asked(PYTHON, 1_000);

        assertThat(byDemand.lacking(NONE, 1_000 + QUIET - 1)).isEmpty();
        assertThat(byDemand.lacking(NONE, 1_000 + QUIET)).contains(PYTHON);
    }

    @Test
    void letsGoOfWhatNobodyAskedForLately() {
        byDemand.asked(PYTHON, 0);
        byDemand.asked(PYTHON, 10_000);

        assertThat(byDemand.surplus(Map.of(PYTHON, 2), StemCells.LATELY_MS - 1)).isEmpty();
        assertThat(byDemand.surplus(Map.of(PYTHON, 2), StemCells.LATELY_MS)).contains(PYTHON);
        assertThat(byDemand.surplus(Map.of(PYTHON, 1), StemCells.LATELY_MS)).isEmpty();
        assertThat(byDemand.surplus(Map.of(PYTHON, 1), StemCells.LATELY_MS + 10_000))
                .contains(PYTHON);
    }

    @Test
    void servesWhoAskedLastFirstAndKeepsNoMoreThanItsBound() {
        byDemand.asked(PYTHON, 0);
        byDemand.asked(SMALL, 1);
        assertThat(byDemand.lacking(NONE, 1 + QUIET)).contains(SMALL);

        var others = new CellKey(GUEST, "nodejs:20", 256);
        assertThat(byDemand.lacking(Map.of(others, StemCells.MOST_BY_DEMAND - 1), 1 + QUIET))
                .contains(SMALL);
        assertThat(byDemand.lacking(Map.of(others, StemCells.MOST_BY_DEMAND), 1 + QUIET))
                .isEmpty();
    }

    @Test
    void triesABrokenRuntimeOnlySoOftenAMinute() {
        byDemand.asked(PYTHON, 0);
        byDemand.asked(SMALL, 0);
        for (var i = 0; i < StemCells.FAILURES; i++) {
            assertThat(byDemand.lacking(Map.of(SMALL, 1), 100 + i)).contains(PYTHON);
            byDemand.failed(PYTHON, 100 + i);
        }

        assertThat(byDemand.lacking(Map.of(SMALL, 1), 200)).isEmpty();
        assertThat(byDemand.lacking(NONE, 200)).as("others are not concerned").contains(SMALL);
        assertThat(byDemand.lacking(Map.of(SMALL, 1), 100 + StemCells.FAILURES_MS - 1))
                .isEmpty();
        assertThat(byDemand.lacking(Map.of(SMALL, 1), 100 + StemCells.FAILURES_MS))
                .contains(PYTHON);
    }
}
