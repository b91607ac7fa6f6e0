package pikachu.server.main;

import java.nio.file.Path;

/** Where the checkout is, for tests. */
final class Installation {
    private Installation() {}

    static Path home() {
        return Path.of(System.getProperty("pikachu.root", ".."))
                .toAbsolutePath()
                .normalize();
    }
}
