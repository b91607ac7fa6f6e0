package pikachu.core.wire;

/** The second byte of a record: which message it is. The upper half is the kind of topic. Numbers are never reused. */
final class Type {
    static final int ACTIVATE = 0x10;
    static final int DEATH_NOTICE = 0x11;
    static final int MAP_WANTED = 0x12;

    static final int STARTED = 0x20;
    static final int COMPLETED = 0x21;
    static final int REFUSED = 0x22;
    static final int BARRIER = 0x23;

    static final int HEARTBEAT = 0x30;
    static final int MAP_SNAPSHOT = 0x31;
    static final int CONTROLLER_HEARTBEAT = 0x32;
    static final int INVOKER_DEAD = 0x33;
    static final int CONTROLLER_DEAD = 0x34;
    static final int DIRECTORY_WANTED = 0x35;

    static final int CLAIM = 0x40;
    static final int RELEASE = 0x41;
    static final int CLAIMS_SNAPSHOT = 0x42;
    static final int ADOPT = 0x43;

    static final int DIRECTORY_CHANGES = 0x50;
    static final int DIRECTORY_SNAPSHOT = 0x51;

    private Type() {}
}
