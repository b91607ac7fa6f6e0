package pikachu.cli.platform;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The checkout or installation that this program belongs to. */
public record Home(Path folder) {
    /** What {@code PIKACHU_HOME} says, else what the launcher says, else the folder above that has the launcher. */
    public static Home find(Map<String, String> environment) {
        var said = Stream.of(
                        Optional.ofNullable(environment.get("PIKACHU_HOME")),
                        Optional.ofNullable(System.getProperty("pikachu.root")))
                .flatMap(Optional::stream)
                .filter(text -> !text.isEmpty())
                .map(Path::of)
                .findFirst();
        return new Home(said.or(Home::aboveThisJar)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Cannot tell where Pikachu is installed. Set PIKACHU_HOME to the folder with the launcher.")));
    }

    private static Optional<Path> aboveThisJar() {
        try {
            var source = Home.class.getProtectionDomain().getCodeSource();
            if (source == null) {
                return Optional.empty();
            }
            return Stream.iterate(Path.of(source.getLocation().toURI()), Path::getParent)
                    .takeWhile(folder -> folder != null)
                    .filter(folder -> Files.isExecutable(folder.resolve("pikachu"))
                            && !Files.isDirectory(folder.resolve("pikachu")))
                    .findFirst();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    public Path launcher() {
        return folder.resolve("pikachu");
    }

    public Path example(String name) {
        return folder.resolve("examples").resolve(name);
    }
}
