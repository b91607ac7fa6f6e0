package pikachu.core.wire;

import pikachu.core.messages.InvokerMessage;

/** The messages of {@code invokerN}. */
final class InvokerFields {
    private InvokerFields() {}

    static void write(Output out, InvokerMessage message) {
        switch (message) {
            case InvokerMessage.Activate m -> activate(out, m);
            case InvokerMessage.DeathNotice m -> out.fixed64(m.incarnation().value());
            case InvokerMessage.MapWanted m -> out.number(m.controller().number());
        }
    }

    private static void activate(Output out, InvokerMessage.Activate m) {
        ActivationFields.activation(out, m.activation());
        out.fixed64(m.target().value());
        out.json(m.arguments());
        out.json(m.environment());
    }

    /** As a part of another message: a structure of its own, so that it too can grow. */
    static void activateWithin(Output out, InvokerMessage.Activate m) {
        int mark = out.begin();
        activate(out, m);
        out.end(mark);
    }

    static InvokerMessage.Activate activateWithin(Input in) {
        int outer = in.enter("activate");
        var activate = activate(in);
        in.leave(outer);
        return activate;
    }

    private static InvokerMessage.Activate activate(Input in) {
        return new InvokerMessage.Activate(
                ActivationFields.activation(in),
                ActivationFields.incarnation(in),
                in.json("arguments"),
                in.json("environment"));
    }

    static InvokerMessage read(Input in, int type) {
        return switch (type) {
            case Type.ACTIVATE -> activate(in);
            case Type.DEATH_NOTICE -> new InvokerMessage.DeathNotice(ActivationFields.incarnation(in));
            case Type.MAP_WANTED -> new InvokerMessage.MapWanted(ActivationFields.controller(in));
            default -> throw Codec.unknown(in, type);
        };
    }
}
