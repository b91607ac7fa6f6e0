package pikachu.runtime.http;

/** What a client may ask of the server, in bytes unless said otherwise. */
final class Limits {
    static final int HEAD = 64 * 1024;
    static final int BODY = 100 * 1024 * 1024;
    static final int CHUNK_LINE = 4096;

    /** Read and written at once: the JDK copies through a buffer of this size outside of the heap, one a thread. */
    static final int PIECE = 64 * 1024;

    static final int CONNECTIONS = 256;

    private Limits() {}
}
