package pikachu.core.wire;

import pikachu.core.messages.ClaimMessage;
import pikachu.core.messages.ClaimMessage.Held;
import pikachu.core.messages.ClaimMessage.Wanted;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;

/** The messages of {@code claims}. */
final class ClaimFields {
    private ClaimFields() {}

    static void write(Output out, ClaimMessage message) {
        out.namespace(message.namespace());
        switch (message) {
            case ClaimMessage.Claim m -> {
                out.number(m.controller().number());
                out.list(m.wanted(), ClaimFields::wanted);
                out.optional(m.replaces(), (o, epoch) -> o.number(epoch.value()));
            }
            case ClaimMessage.Release m -> {
                out.text(m.id().value());
                out.number(m.epoch().value());
            }
            case ClaimMessage.Adopt m -> {
                out.text(m.id().value());
                out.number(m.epoch().value());
                out.number(m.controller().number());
            }
            case ClaimMessage.ClaimsSnapshot m -> {
                out.number(m.covers());
                out.list(m.held(), ClaimFields::held);
            }
        }
    }

    static ClaimMessage read(Input in, int type) {
        var namespace = in.namespace("namespace");
        return switch (type) {
            case Type.CLAIM ->
                new ClaimMessage.Claim(
                        namespace,
                        ActivationFields.controller(in),
                        in.list("wanted", ClaimFields::wanted),
                        in.optional("replaces", i -> new Epoch(i.number64("replaces"))));
            case Type.RELEASE ->
                new ClaimMessage.Release(
                        namespace, in.checked("id", InstanceId::new, in.text("id")), new Epoch(in.number64("epoch")));
            case Type.ADOPT ->
                new ClaimMessage.Adopt(
                        namespace,
                        in.checked("id", InstanceId::new, in.text("id")),
                        new Epoch(in.number64("epoch")),
                        ActivationFields.controller(in));
            case Type.CLAIMS_SNAPSHOT ->
                new ClaimMessage.ClaimsSnapshot(namespace, in.number64("covers"), in.list("held", ClaimFields::held));
            default -> throw Codec.unknown(in, type);
        };
    }

    private static void wanted(Output out, Wanted w) {
        int mark = out.begin();
        out.activation(w.activation());
        out.instance(w.id(), w.activation());
        out.end(mark);
    }

    private static Wanted wanted(Input in) {
        int outer = in.enter("wanted");
        var activation = in.activation("wanted.activation");
        var wanted = new Wanted(in.instance("wanted.id", activation), activation);
        in.leave(outer);
        return wanted;
    }

    private static void held(Output out, Held h) {
        int mark = out.begin();
        out.namespace(h.namespace());
        out.activation(h.activation());
        out.instance(h.id(), h.activation());
        out.number(h.epoch().value());
        out.number(h.controller().number());
        out.end(mark);
    }

    private static Held held(Input in) {
        int outer = in.enter("held");
        var namespace = in.namespace("held.namespace");
        var activation = in.activation("held.activation");
        var held = new Held(
                namespace,
                in.instance("held.id", activation),
                new Epoch(in.number64("held.epoch")),
                activation,
                ActivationFields.controller(in));
        in.leave(outer);
        return held;
    }
}
