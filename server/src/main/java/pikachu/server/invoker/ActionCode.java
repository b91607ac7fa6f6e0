package pikachu.server.invoker;

/**
 * What /init needs of an action.
 *
 * @param code source text, or base64 of an archive when {@code isBinary}
 * @param main the entry point
 */
public record ActionCode(String code, String main, boolean isBinary) {}
