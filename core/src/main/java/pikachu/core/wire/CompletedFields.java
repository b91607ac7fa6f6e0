package pikachu.core.wire;

import pikachu.core.messages.CompletedMessage;

/** The messages of {@code completedN}. */
final class CompletedFields {
    private CompletedFields() {}

    static void write(Output out, CompletedMessage message) {
        switch (message) {
            case CompletedMessage.Started m -> {
                ActivationFields.activation(out, m.activation());
                out.number(m.invoker().number());
                out.fixed64(m.incarnation().value());
            }
            case CompletedMessage.Completed m -> {
                out.activation(m.activation());
                out.number(m.attempt());
                out.number(m.invoker().number());
                out.fixed64(m.incarnation().value());
                ActivationFields.status(out, m.status());
                out.optional(m.record(), ActivationFields::record);
                out.flag(m.isRecorded());
            }
            case CompletedMessage.Refused m -> {
                InvokerFields.activateWithin(out, m.activate());
                out.number(m.invoker().number());
                out.fixed64(m.incarnation().value());
                out.text(m.reason());
            }
            case CompletedMessage.Barrier m -> {
                out.number(m.controller().number());
                out.fixed64(m.life().value());
                out.number(m.number());
            }
        }
    }

    static CompletedMessage read(Input in, int type) {
        return switch (type) {
            case Type.STARTED ->
                new CompletedMessage.Started(
                        ActivationFields.activation(in),
                        ActivationFields.invoker(in),
                        ActivationFields.incarnation(in));
            case Type.COMPLETED ->
                new CompletedMessage.Completed(
                        in.activation("activation"),
                        in.number32("attempt"),
                        ActivationFields.invoker(in),
                        ActivationFields.incarnation(in),
                        ActivationFields.status(in),
                        in.optional("record", ActivationFields::record),
                        in.flag("isRecorded"));
            case Type.REFUSED ->
                new CompletedMessage.Refused(
                        InvokerFields.activateWithin(in),
                        ActivationFields.invoker(in),
                        ActivationFields.incarnation(in),
                        in.text("reason"));
            case Type.BARRIER ->
                new CompletedMessage.Barrier(
                        ActivationFields.controller(in), ActivationFields.incarnation(in), in.number64("number"));
            default -> throw Codec.unknown(in, type);
        };
    }
}
