package pikachu.server.api;

import io.helidon.http.Headers;
import java.util.concurrent.ThreadLocalRandom;

/** A request's ID: the caller's, unless it claims to be of the system's own making or is no plain word. */
final class Transactions {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String SYSTEM = "sid_";
    private static final int LENGTH = 32;
    private static final int MAX_LENGTH = 256;

    private Transactions() {}

    static String of(Headers headers) {
        return headers.first(Exchange.REQUEST_ID).filter(Transactions::isUsable).orElseGet(Transactions::made);
    }

    private static boolean isUsable(String id) {
        return !id.isEmpty()
                && id.length() <= MAX_LENGTH
                && !id.startsWith(SYSTEM)
                && id.chars().allMatch(c -> c > ' ' && c < 127);
    }

    private static String made() {
        var random = ThreadLocalRandom.current();
        var id = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            id[i] = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        }
        return new String(id);
    }
}
