package pikachu.core.names;

/** One life of an invoker or controller process. Unique per life by chance (random), never compared for order. */
public record Incarnation(long value) {
    @Override
    public String toString() {
        return Long.toHexString(value);
    }
}
