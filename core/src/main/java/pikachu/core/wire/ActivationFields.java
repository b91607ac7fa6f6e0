package pikachu.core.wire;

import java.util.List;
import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Activation;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.activations.Caller;
import pikachu.core.activations.GroupRank;
import pikachu.core.activations.Limits;
import pikachu.core.activations.Status;
import pikachu.core.names.ActionName;
import pikachu.core.names.ControllerId;
import pikachu.core.names.EntityName;
import pikachu.core.names.Epoch;
import pikachu.core.names.Incarnation;
import pikachu.core.names.InvokerId;

/** The structures that describe activations, and the small fields that several messages have. */
final class ActivationFields {
    /** A status's number on the wire is its place here. Add at the end only. */
    private static final List<Status> STATUSES =
            List.of(Status.SUCCESS, Status.APPLICATION_ERROR, Status.DEVELOPER_ERROR, Status.INTERNAL_ERROR);

    private ActivationFields() {}

    static void activation(Output out, Activation a) {
        int mark = out.begin();
        out.activation(a.id());
        out.number(a.attempt());
        out.number(a.controller().number());
        caller(out, a.caller());
        action(out, a.action());
        out.instance(a.instance(), a.id());
        out.number(a.epoch().value());
        out.optional(a.group(), ActivationFields::group);
        out.number(a.acceptedMs());
        out.number(a.waitMs());
        out.text(a.transaction());
        out.end(mark);
    }

    static Activation activation(Input in) {
        int outer = in.enter("activation");
        var id = in.activation("activation.id");
        var activation = new Activation(
                id,
                in.number32("activation.attempt"),
                controller(in),
                caller(in),
                action(in),
                in.instance("activation.instance", id),
                new Epoch(in.number64("activation.epoch")),
                in.optional("activation.group", ActivationFields::group),
                in.number64("activation.acceptedMs"),
                in.number32("activation.waitMs"),
                in.text("activation.transaction"));
        in.leave(outer);
        return activation;
    }

    private static void caller(Output out, Caller c) {
        int mark = out.begin();
        out.namespace(c.namespace());
        out.text(c.namespaceId());
        out.text(c.subject());
        out.optional(c.apiKey(), Output::text);
        out.end(mark);
    }

    private static Caller caller(Input in) {
        int outer = in.enter("caller");
        var caller = new Caller(
                in.namespace("caller.namespace"),
                in.text("caller.namespaceId"),
                in.text("caller.subject"),
                in.optional("caller.apiKey", i -> i.text("caller.apiKey")));
        in.leave(outer);
        return caller;
    }

    private static void action(Output out, ActionRef a) {
        int mark = out.begin();
        out.namespace(a.name().namespace());
        out.text(a.name().name().value());
        out.text(a.version());
        out.number(a.revision());
        out.text(a.kind());
        out.number(a.limits().timeoutMs());
        out.number(a.limits().memoryMb());
        out.number(a.limits().logsMb());
        out.number(a.limits().concurrency());
        out.end(mark);
    }

    private static ActionRef action(Input in) {
        int outer = in.enter("action");
        var action = new ActionRef(
                new ActionName(
                        in.namespace("action.namespace"),
                        in.checked("action.name", EntityName::new, in.text("action.name"))),
                in.text("action.version"),
                in.number64("action.revision"),
                in.text("action.kind"),
                new Limits(
                        in.number32("action.timeoutMs"),
                        in.number32("action.memoryMb"),
                        in.number32("action.logsMb"),
                        in.number32("action.concurrency")));
        in.leave(outer);
        return action;
    }

    static void group(Output out, GroupRank g) {
        int mark = out.begin();
        out.text(g.group());
        out.number(g.rank());
        out.number(g.size());
        out.end(mark);
    }

    static GroupRank group(Input in) {
        int outer = in.enter("group");
        var group = new GroupRank(in.text("group.name"), in.number32("group.rank"), in.number32("group.size"));
        in.leave(outer);
        return group;
    }

    static void record(Output out, ActivationRecord r) {
        int mark = out.begin();
        activation(out, r.activation());
        out.number(r.startMs());
        out.number(r.endMs());
        status(out, r.status());
        out.json(r.result());
        out.number(r.size());
        out.list(r.logs(), Output::text);
        out.flag(r.timedOut());
        out.optional(r.waitMs());
        out.optional(r.initMs());
        out.end(mark);
    }

    static ActivationRecord record(Input in) {
        int outer = in.enter("record");
        var record = new ActivationRecord(
                activation(in),
                in.number64("record.startMs"),
                in.number64("record.endMs"),
                status(in),
                in.json("record.result"),
                in.number32("record.size"),
                in.list("record.logs", i -> i.text("record.logs")),
                in.flag("record.timedOut"),
                in.optional64("record.waitMs"),
                in.optional64("record.initMs"));
        in.leave(outer);
        return record;
    }

    static void status(Output out, Status status) {
        out.octet(STATUSES.indexOf(status));
    }

    static Status status(Input in) {
        return in.oneOf("status", STATUSES);
    }

    static InvokerId invoker(Input in) {
        return in.checked("invoker", InvokerId::new, in.number32("invoker"));
    }

    static ControllerId controller(Input in) {
        return in.checked("controller", ControllerId::new, in.number32("controller"));
    }

    static Incarnation incarnation(Input in) {
        return new Incarnation(in.fixed64("incarnation"));
    }
}
