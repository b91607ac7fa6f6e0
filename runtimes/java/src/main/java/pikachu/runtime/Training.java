package pikachu.runtime;

/** A start, an /init and a /run by itself, for the JVM to learn from; see README.md. */
final class Training {
    private Training() {}

    static void run() {}
}
