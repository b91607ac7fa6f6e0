package pikachu.core.wire;

import pikachu.core.messages.ClaimMessage;
import pikachu.core.messages.CompletedMessage;
import pikachu.core.messages.DirectoryMessage;
import pikachu.core.messages.HealthMessage;
import pikachu.core.messages.InvokerMessage;
import pikachu.core.messages.Message;

/**
 * Messages to bytes and back: a version, a type, and the message's fields in order as one structure. docs/formats/bus.md
 * says which, and how a field is added. Has no state.
 *
 * <p>{@code decode} takes any bytes and either returns a message or throws {@link MalformedRecord}, nothing else; what it
 * allocates is bounded by a small multiple of the bytes that it was given.
 */
public final class Codec {
    public static final int VERSION = 1;

    public byte[] encode(Message message) {
        var out = new Output();
        out.octet(VERSION);
        out.octet(typeOf(message));
        int mark = out.begin();
        switch (message) {
            case InvokerMessage m -> InvokerFields.write(out, m);
            case CompletedMessage m -> CompletedFields.write(out, m);
            case HealthMessage m -> HealthFields.write(out, m);
            case ClaimMessage m -> ClaimFields.write(out, m);
            case DirectoryMessage m -> DirectoryFields.write(out, m);
        }
        out.end(mark);
        return out.record();
    }

    public Message decode(byte[] record) {
        var in = new Input(record);
        int version = in.octet("version");
        if (version != VERSION) {
            throw in.malformed("version", "this reader knows version " + VERSION + ", not " + version + ".");
        }
        int type = in.octet("type");
        int outer = in.enter("message");
        // What a record's own constructor refuses is the writer's mistake too.
        var message = in.checked("message", t -> read(in, t), type);
        in.leave(outer);
        in.end();
        return message;
    }

    private static Message read(Input in, int type) {
        return switch (type >> 4) {
            case 1 -> InvokerFields.read(in, type);
            case 2 -> CompletedFields.read(in, type);
            case 3 -> HealthFields.read(in, type);
            case 4 -> ClaimFields.read(in, type);
            case 5 -> DirectoryFields.read(in, type);
            default -> throw unknown(in, type);
        };
    }

    static MalformedRecord unknown(Input in, int type) {
        return in.malformed("type", "there is no message of type " + type + "; is the writer newer than this reader?");
    }

    private static int typeOf(Message message) {
        return switch (message) {
            case InvokerMessage.Activate _ -> Type.ACTIVATE;
            case InvokerMessage.DeathNotice _ -> Type.DEATH_NOTICE;
            case InvokerMessage.MapWanted _ -> Type.MAP_WANTED;
            case CompletedMessage.Started _ -> Type.STARTED;
            case CompletedMessage.Completed _ -> Type.COMPLETED;
            case CompletedMessage.Refused _ -> Type.REFUSED;
            case CompletedMessage.Barrier _ -> Type.BARRIER;
            case HealthMessage.Heartbeat _ -> Type.HEARTBEAT;
            case HealthMessage.MapSnapshot _ -> Type.MAP_SNAPSHOT;
            case HealthMessage.ControllerHeartbeat _ -> Type.CONTROLLER_HEARTBEAT;
            case HealthMessage.InvokerDead _ -> Type.INVOKER_DEAD;
            case HealthMessage.ControllerDead _ -> Type.CONTROLLER_DEAD;
            case HealthMessage.DirectoryWanted _ -> Type.DIRECTORY_WANTED;
            case ClaimMessage.Claim _ -> Type.CLAIM;
            case ClaimMessage.Release _ -> Type.RELEASE;
            case ClaimMessage.ClaimsSnapshot _ -> Type.CLAIMS_SNAPSHOT;
            case ClaimMessage.Adopt _ -> Type.ADOPT;
            case DirectoryMessage.DirectoryChanges _ -> Type.DIRECTORY_CHANGES;
            case DirectoryMessage.DirectorySnapshot _ -> Type.DIRECTORY_SNAPSHOT;
        };
    }
}
