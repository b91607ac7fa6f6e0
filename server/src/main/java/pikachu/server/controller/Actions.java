package pikachu.server.controller;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import pikachu.core.names.ActionName;
import pikachu.core.names.NamespaceName;
import pikachu.core.store.RevisionConflict;
import pikachu.server.entities.Action;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.Exec;
import pikachu.server.entities.JsonObject;
import pikachu.server.entities.KeyValue;
import pikachu.server.entities.KeyValues;
import pikachu.server.entities.Kinds;
import pikachu.server.entities.MalformedJson;
import pikachu.server.entities.StoredAction;

/** The collection of actions: who calls has been found entitled before. */
public final class Actions {
    private final ActionStore store;
    private final ActionCache cache;
    private final Kinds kinds;
    private final LimitCheck limitCheck;
    private final InstantSource clock;

    public Actions(ActionStore store, ActionCache cache, Kinds kinds, PlatformLimits limits, InstantSource clock) {
        this.store = store;
        this.cache = cache;
        this.kinds = kinds;
        this.limitCheck = new LimitCheck(limits);
        this.clock = clock;
    }

    /** The action as of now, for showing it. */
    public StoredAction get(ActionName name) {
        return readable(() -> store.find(name));
    }

    /** The action as lately read, for invoking it. */
    public StoredAction forInvocation(ActionName name) {
        return readable(() -> cache.find(name));
    }

    public Optional<byte[]> code(Action action) {
        return store.code(action);
    }

    public List<Action> list(NamespaceName namespace, int skip, int limit) {
        return store.list(namespace, skip, limit);
    }

    public long count(NamespaceName namespace, int skip) {
        return store.count(namespace, skip);
    }

    public Action delete(ActionName name) {
        var found = get(name);
        write(name, () -> {
            store.delete(found);
            return found;
        });
        return found.action();
    }

    /** Creates the action, or changes what the body names when it exists and may be overwritten. */
    public Action put(ActionName name, JsonObject body, boolean overwrite) {
        var change = change(body);
        var old = current(name);
        if (old.isPresent() && !overwrite) {
            throw Refused.because(409, "resource already exists");
        }
        var action = old.map(found -> merged(found.action(), change)).orElseGet(() -> created(name, change));
        return write(name, () -> old.map(found -> store.replace(found, action)).orElseGet(() -> store.create(action)))
                .action();
    }

    private ActionChange change(JsonObject body) {
        ActionChange change;
        try {
            change = ActionChange.read(body, kinds);
        } catch (MalformedJson e) {
            throw Refused.malformed(String.valueOf(e.getMessage()));
        }
        change.exec().ifPresent(exec -> requireSize("exec", exec.code().length(), PlatformLimits.MAX_CODE));
        change.parameters().ifPresent(each -> requireSize("parameters", each.size(), PlatformLimits.MAX_PARAMETERS));
        change.annotations().ifPresent(each -> requireSize("annotations", each.size(), PlatformLimits.MAX_PARAMETERS));
        change.exec().ifPresent(this::requireCurrent);
        return change;
    }

    private Action created(ActionName name, ActionChange change) {
        var exec = change.exec().orElseThrow(() -> Refused.because(400, "exec undefined"));
        var annotations = change.annotations().orElse(KeyValues.NONE);
        if (annotations.value("provide-api-key").isEmpty()) {
            annotations = annotations.with(KeyValue.flag("provide-api-key", false));
        }
        return new Action(
                name,
                change.version().orElse("0.0.1"),
                exec,
                change.parameters().orElse(KeyValues.NONE),
                annotations.with(KeyValue.text("exec", exec.kind())),
                limitCheck.merged(limitCheck.standard(), change.limits()),
                change.publish().orElse(false),
                clock.millis());
    }

    private Action merged(Action old, ActionChange change) {
        var exec = change.exec().orElse(old.exec());
        var annotations = old.annotations()
                .without(change.droppedAnnotations())
                .with(change.annotations().orElse(KeyValues.NONE))
                .with(KeyValue.text("exec", exec.kind()));
        requireSize("annotations", annotations.size(), PlatformLimits.MAX_PARAMETERS);
        return new Action(
                old.name(),
                change.version().orElseGet(() -> next(old.version())),
                exec,
                change.parameters().orElse(old.parameters()),
                annotations,
                limitCheck.merged(old.limits(), change.limits()),
                change.publish().orElse(old.publish()),
                clock.millis());
    }

    /** A document that cannot be read may be overwritten by nobody; deleting it by hand is the way out. */
    private Optional<StoredAction> current(ActionName name) {
        try {
            return store.find(name);
        } catch (MalformedJson e) {
            throw corrupt();
        }
    }

    private StoredAction write(ActionName name, java.util.function.Supplier<StoredAction> writing) {
        try {
            return writing.get();
        } catch (RevisionConflict e) {
            throw Refused.changedMeanwhile();
        } finally {
            cache.written(name);
        }
    }

    private static StoredAction readable(java.util.function.Supplier<Optional<StoredAction>> reading) {
        try {
            return reading.get().orElseThrow(Refused::missing);
        } catch (MalformedJson e) {
            throw corrupt();
        }
    }

    private void requireCurrent(Exec exec) {
        if (kinds.resolve(exec.kind()).filter(Kinds.Kind::isDeprecated).isPresent()) {
            throw Refused.because(
                    400,
                    "The '" + exec.kind() + "' runtime is no longer supported. You may read and delete but not update"
                            + " or invoke this action.");
        }
    }

    private static void requireSize(String what, long size, long allowed) {
        if (size > allowed) {
            throw Refused.tooLarge(what, size, allowed);
        }
    }

    private static String next(String version) {
        int dot = version.lastIndexOf('.');
        return version.substring(0, dot + 1) + (Long.parseLong(version.substring(dot + 1)) + 1);
    }

    private static Refused corrupt() {
        return Refused.because(500, "Resource is corrupted and cannot be read.");
    }
}
