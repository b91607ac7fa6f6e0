package pikachu.core.bus;

/** How a publication ended. */
public sealed interface Published {
    /** The bus has the record, at this position of its partition. */
    record Appended(long position) implements Published {}

    /** The bus may not have the record; {@code reason} says what was tried and what to do about it. */
    record Failed(String reason) implements Published {}
}
