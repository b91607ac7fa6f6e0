package pikachu.server.invoker;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What /init needs of an action, and which writing of the action it is from.
 *
 * @param kind which the code is written for
 * @param main the entry point
 * @param isBinary whether the code is base64 of an archive, and not source text
 * @param length of the code, bytes
 * @param utf8 reads the code; empty when the action has been updated or deleted meanwhile
 */
public record ActionCode(
        String version,
        long revision,
        String kind,
        String main,
        boolean isBinary,
        int length,
        Supplier<Optional<byte[]>> utf8) {}
