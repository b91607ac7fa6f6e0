package pikachu.server.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Code blocks of docs/formats, so that what is documented is what is tested. */
final class DocumentedSnippet {
    private static final Path DOCS = Path.of(System.getProperty("pikachu.root", ".."), "docs/formats");

    private DocumentedSnippet() {}

    /** The code block that follows the marker with this name. */
    static String of(String file, String name) throws IOException {
        var lines = Files.readAllLines(DOCS.resolve(file));
        int marker = lines.indexOf("<!-- snippet: " + name + " -->");
        assertThat(marker).as("snippet %s in %s", name, file).isNotNegative();
        List<String> block = lines.subList(marker + 2, lines.size());
        return String.join("\n", block.subList(0, block.indexOf("```"))) + "\n";
    }
}
