package pikachu.server.main;

/** The user that OpenWhisk's standalone server has, with its well-known key: for one machine that belongs to its user. */
final class Guest {
    static final String NAME = "guest";
    static final String KEY =
            "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP";

    private Guest() {}
}
