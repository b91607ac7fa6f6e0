package pikachu.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The walls between the rooms, as ARCHITECTURE.md draws them. */
final class WallsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(place -> !place.contains("-tests.jar"))
            .importPackages("pikachu");

    @Test
    void seesTheRooms() {
        assertThat(ALL.contain("pikachu.core.loops.InvokerLogic")).isTrue();
        assertThat(ALL.contain("pikachu.containers.process.ProcessDriver")).isTrue();
        assertThat(ALL.contain("pikachu.backends.sqlite.SqliteStore")).isTrue();
        assertThat(ALL.contain("pikachu.server.main.Up")).isTrue();
    }

    @Test
    void coreKnowsTheJdkAndJspecifyOnly() {
        check(classes()
                .that()
                .resideInAPackage("pikachu.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("pikachu.core..", "java..", "org.jspecify.annotations.."));
    }

    @Test
    void coresWordsKnowNothingOfWhatIsBuiltFromThem() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        "pikachu.core.names..",
                        "pikachu.core.activations..",
                        "pikachu.core.instances..",
                        "pikachu.core.messages..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "pikachu.core.loops..",
                        "pikachu.core.scheduling..",
                        "pikachu.core.simulation..",
                        "pikachu.core.bus..",
                        "pikachu.core.store..",
                        "pikachu.core.wire.."));
    }

    @Test
    void theLogicTouchesNoThreadClockNetworkOrDisk() {
        check(noClasses()
                .that()
                .resideInAnyPackage("pikachu.core.loops..", "pikachu.core.scheduling..", "pikachu.core.directory")
                .and()
                .doNotHaveSimpleName("EventLoop")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.concurrent..", "java.net..", "java.nio.file..", "java.io..", "java.time..")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime"));
    }

    @Test
    void controllerAndInvokerNeverMeet() {
        check(noClasses()
                .that()
                .resideInAPackage("pikachu.server.controller..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("pikachu.server.invoker.."));
        check(noClasses()
                .that()
                .resideInAPackage("pikachu.server.invoker..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("pikachu.server.controller..", "pikachu.server.api.."));
    }

    @Test
    void onlyMainMakesDriversAndBackends() {
        check(noClasses()
                .that()
                .resideInAPackage("pikachu.server..")
                .and()
                .resideOutsideOfPackage("pikachu.server.main..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("pikachu.containers..", "pikachu.backends.."));
    }

    @Test
    void driversAndBackendsKnowCoreOnly() {
        check(noClasses()
                .that()
                .resideInAnyPackage("pikachu.containers..", "pikachu.backends..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("pikachu.server..", "pikachu.cli..", "pikachu.bench.."));
    }

    @Test
    void packagesOfAModuleFormNoCycle() {
        check(slices().matching("pikachu.server.(*)..").should().beFreeOfCycles());
        check(slices().matching("pikachu.core.(*)..").should().beFreeOfCycles());
    }

    @Test
    void noPackageIsADrawer() {
        check(noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..impl..", "..helper..", "..manager..", "..service.."));
    }

    private static void check(ArchRule rule) {
        rule.check(ALL);
    }
}
