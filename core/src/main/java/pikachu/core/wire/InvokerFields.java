package pikachu.core.wire;

import pikachu.core.messages.InvokerMessage;

/** The messages of {@code invokerN}. */
final class InvokerFields {
    private InvokerFields() {}

    static void write(Output out, InvokerMessage message) {
        switch (message) {
            case InvokerMessage.Activate m -> {
                ActivationFields.activation(out, m.activation());
                out.fixed64(m.target().value());
                out.json(m.arguments());
                out.json(m.environment());
            }
            case InvokerMessage.DeathNotice m -> out.fixed64(m.incarnation().value());
            case InvokerMessage.MapWanted m -> out.number(m.controller().number());
        }
    }

    static InvokerMessage.Activate activate(Input in) {
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
