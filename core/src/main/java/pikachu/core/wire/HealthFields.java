package pikachu.core.wire;

import pikachu.core.messages.HealthMessage;
import pikachu.core.messages.HealthMessage.Capacity;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.HealthMessage.Traffic;

/** The messages of {@code health}. */
final class HealthFields {
    private HealthFields() {}

    static void write(Output out, HealthMessage message) {
        switch (message) {
            case Heartbeat m -> heartbeat(out, m);
            case HealthMessage.MapSnapshot m -> {
                out.number(m.invoker().number());
                out.fixed64(m.incarnation().value());
                out.number(m.sequence());
                out.list(m.entries(), EntryFields::change);
            }
            case HealthMessage.ControllerHeartbeat m -> {
                out.number(m.controller().number());
                out.fixed64(m.life().value());
                out.number(m.number());
            }
            case HealthMessage.InvokerDead m -> {
                out.number(m.invoker().number());
                out.fixed64(m.incarnation().value());
                out.number(m.by().number());
            }
            case HealthMessage.ControllerDead m -> {
                out.number(m.controller().number());
                out.fixed64(m.life().value());
                out.number(m.by().number());
            }
            case HealthMessage.DirectoryWanted m -> {
                out.number(m.invoker().number());
                out.namespace(m.namespace());
            }
        }
    }

    static HealthMessage read(Input in, int type) {
        return switch (type) {
            case Type.HEARTBEAT -> heartbeat(in);
            case Type.MAP_SNAPSHOT ->
                new HealthMessage.MapSnapshot(
                        ActivationFields.invoker(in),
                        ActivationFields.incarnation(in),
                        in.number64("sequence"),
                        in.list("entries", EntryFields::change));
            case Type.CONTROLLER_HEARTBEAT ->
                new HealthMessage.ControllerHeartbeat(
                        ActivationFields.controller(in), ActivationFields.incarnation(in), in.number64("number"));
            case Type.INVOKER_DEAD ->
                new HealthMessage.InvokerDead(
                        ActivationFields.invoker(in),
                        ActivationFields.incarnation(in),
                        ActivationFields.controller(in));
            case Type.CONTROLLER_DEAD ->
                new HealthMessage.ControllerDead(
                        ActivationFields.controller(in),
                        ActivationFields.incarnation(in),
                        ActivationFields.controller(in));
            case Type.DIRECTORY_WANTED ->
                new HealthMessage.DirectoryWanted(ActivationFields.invoker(in), in.namespace("namespace"));
            default -> throw Codec.unknown(in, type);
        };
    }

    private static void heartbeat(Output out, Heartbeat m) {
        out.number(m.invoker().number());
        out.fixed64(m.incarnation().value());
        out.flag(m.isDue());
        int mark = out.begin();
        out.number(m.capacity().memoryMb());
        out.number(m.capacity().takenMb());
        out.end(mark);
        out.number(m.sequence());
        out.number(m.live());
        out.fixed64(m.checksum());
        out.list(m.changes(), EntryFields::change);
        out.list(m.traffic(), HealthFields::traffic);
    }

    private static Heartbeat heartbeat(Input in) {
        return new Heartbeat(
                ActivationFields.invoker(in),
                ActivationFields.incarnation(in),
                in.flag("isDue"),
                capacity(in),
                in.number64("sequence"),
                in.number32("live"),
                in.fixed64("checksum"),
                in.list("changes", EntryFields::change),
                in.list("traffic", HealthFields::traffic));
    }

    private static Capacity capacity(Input in) {
        int outer = in.enter("capacity");
        var capacity = new Capacity(in.number32("capacity.memoryMb"), in.number32("capacity.takenMb"));
        in.leave(outer);
        return capacity;
    }

    private static void traffic(Output out, Traffic t) {
        int mark = out.begin();
        out.activation(t.activation());
        out.number(t.messagesSent());
        out.number(t.bytesSent());
        out.number(t.messagesReceived());
        out.number(t.bytesReceived());
        out.end(mark);
    }

    private static Traffic traffic(Input in) {
        int outer = in.enter("traffic");
        var traffic = new Traffic(
                in.activation("traffic.activation"),
                in.number64("traffic.messagesSent"),
                in.number64("traffic.bytesSent"),
                in.number64("traffic.messagesReceived"),
                in.number64("traffic.bytesReceived"));
        in.leave(outer);
        return traffic;
    }
}
