package pikachu.server.entities;

import pikachu.core.activations.ActionRef;
import pikachu.core.activations.Limits;
import pikachu.core.names.ActionName;

/** A named function as its owner wrote it. */
public record Action(
        ActionName name,
        String version,
        Exec exec,
        KeyValues parameters,
        KeyValues annotations,
        Limits limits,
        boolean publish,
        long updatedMs) {
    public ActionRef ref(long revision) {
        return new ActionRef(name, version, revision, exec.kind(), limits);
    }

    Action withCode(Code code) {
        var other = new Exec(exec.kind(), exec.main(), exec.isBinary(), code);
        return new Action(name, version, other, parameters, annotations, limits, publish, updatedMs);
    }
}
