package pikachu.cli.commands;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import pikachu.cli.client.Json;
import tools.jackson.databind.node.ObjectNode;

/** A file of code as the API takes it. */
record Code(Path file) {
    static final String NATIVE = "native:default";

    private static final Map<String, String> FAMILIES = Map.ofEntries(
            Map.entry("js", "nodejs"),
            Map.entry("py", "python"),
            Map.entry("jar", "java"),
            Map.entry("java", "java"),
            Map.entry("sh", "native"),
            Map.entry("php", "php"),
            Map.entry("rb", "ruby"),
            Map.entry("rs", "rust"),
            Map.entry("go", "go"),
            Map.entry("swift", "swift"));

    ObjectNode exec(Optional<String> kind, Optional<String> main) {
        var exec = Json.object();
        exec.put("kind", kind.orElseGet(this::kindOfName));
        exec.put("code", text());
        main.ifPresent(name -> exec.put("main", name));
        return exec;
    }

    private String kindOfName() {
        var ending = ending();
        if (ending.equals("zip")) {
            throw new IllegalArgumentException(
                    "creating an action from a .zip artifact requires specifying the action kind explicitly");
        }
        return Optional.ofNullable(FAMILIES.get(ending))
                .map(family -> family + ":default")
                .orElseThrow(
                        () -> new IllegalArgumentException("The kind of action is not to be seen from the name of '"
                                + file + "': say it with --kind, like --kind python:default."));
    }

    private String ending() {
        var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private String text() {
        var bytes = bytes();
        if (!ending().equals("zip") && !ending().equals("jar")) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                // an executable, say: it travels like an archive
                return Base64.getEncoder().encodeToString(bytes);
            }
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private byte[] bytes() {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("File '" + file + "' is not a valid file or it does not exist.", e);
        }
    }
}
