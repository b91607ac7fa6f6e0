package pikachu.core.wire;

import java.util.List;
import java.util.Optional;
import pikachu.core.instances.Change;
import pikachu.core.instances.Ending;
import pikachu.core.instances.Entry;
import pikachu.core.instances.State;
import pikachu.core.names.Epoch;

/** The structures of the directory. */
final class EntryFields {
    /** A state's or ending's number on the wire is its place in these. Add at the end only. */
    private static final List<State> STATES =
            List.of(State.STARTING, State.RUNNING, State.WAITING, State.LEAVING, State.GONE);

    private static final List<Ending> ENDINGS = List.of(
            Ending.FINISHED,
            Ending.ERROR,
            Ending.TIMEOUT,
            Ending.KILLED,
            Ending.OUT_OF_MEMORY,
            Ending.HOST_LOST,
            Ending.STOPPED);

    private EntryFields() {}

    static void change(Output out, Change c) {
        int mark = out.begin();
        out.fixed64(c.incarnation().value());
        out.number(c.sequence());
        entry(out, c.entry());
        out.end(mark);
    }

    static Change change(Input in) {
        int outer = in.enter("change");
        var change = new Change(ActivationFields.incarnation(in), in.number64("change.sequence"), entry(in));
        in.leave(outer);
        return change;
    }

    private static void entry(Output out, Entry e) {
        int mark = out.begin();
        out.namespace(e.namespace());
        out.activation(e.activation());
        out.instance(e.id(), e.activation());
        out.number(e.epoch().value());
        out.octet(STATES.indexOf(e.state()));
        e.ending().ifPresent(ending -> out.octet(ENDINGS.indexOf(ending)));
        out.text(e.address());
        out.number(e.port());
        out.number(e.invoker().number());
        out.number(e.deadlineMs());
        out.optional(e.group(), ActivationFields::group);
        out.optional(e.attributes(), Output::json);
        out.end(mark);
    }

    private static Entry entry(Input in) {
        int outer = in.enter("entry");
        var namespace = in.namespace("entry.namespace");
        var activation = in.activation("entry.activation");
        var id = in.instance("entry.id", activation);
        var epoch = new Epoch(in.number64("entry.epoch"));
        var state = in.oneOf("entry.state", STATES);
        Optional<Ending> ending =
                state == State.GONE ? Optional.of(in.oneOf("entry.ending", ENDINGS)) : Optional.empty();
        var address = in.text("entry.address");
        int port = in.number32("entry.port");
        var invoker = ActivationFields.invoker(in);
        long deadlineMs = in.number64("entry.deadlineMs");
        var group = in.optional("entry.group", ActivationFields::group);
        var attributes = in.optional("entry.attributes", i -> i.json("entry.attributes"));
        var entry = in.checked(
                "entry",
                a -> new Entry(
                        namespace, id, epoch, state, ending, address, port, invoker, activation, deadlineMs, group, a),
                attributes);
        in.leave(outer);
        return entry;
    }
}
