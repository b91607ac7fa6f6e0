package pikachu.cli.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Where the platform answers and who asks.
 *
 * @param base scheme, host and port, without a path
 * @param auth {@code UUID:KEY}
 * @param insecure whether a TLS certificate goes unchecked
 */
public record Connection(URI base, String auth, String version, boolean insecure) {
    public static final String DEFAULT_HOST = "http://127.0.0.1:3233";
    /** OpenWhisk's well-known key of the namespace guest, for trying things out. */
    public static final String GUEST = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:"
            + "123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP";

    /** A platform of one's own, with the guest's key. */
    public static Connection guest(String host) {
        return new Connection(base(host), GUEST, "v1", false);
    }

    /**
     * A host without a scheme means https as with wsk, except on this machine, where a platform that somebody tries out
     * speaks plain http.
     */
    public static URI base(String host) {
        var trimmed = host.strip();
        if (!trimmed.matches("(?i)https?://.*")) {
            trimmed = (isThisMachine(trimmed) ? "http://" : "https://") + trimmed;
        }
        try {
            var uri = new URI(trimmed.replaceAll("/+$", ""));
            if (uri.getHost() == null) {
                throw new URISyntaxException(host, "no host");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "The API host '" + host + "' is no address: write it like 127.0.0.1:3233 or https://example.org.",
                    e);
        }
    }

    private static boolean isThisMachine(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        return name.matches("(127(\\.\\d+){3}|localhost|\\[::1])(:\\d+)?/*");
    }

    public Connection {
        if (auth.indexOf(':') <= 0 || auth.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException(
                    "The key must have the form UUID:KEY. Set it with: pikachu property set --auth KEY");
        }
    }

    /** {@code path} starts with a slash and is encoded already. */
    public URI api(String path) {
        return URI.create(base + "/api/" + version + path);
    }

    /** Value of the header Authorization. */
    public String authorization() {
        return "Basic " + Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8));
    }
}
