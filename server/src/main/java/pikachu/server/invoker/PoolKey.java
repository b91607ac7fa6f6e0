package pikachu.server.invoker;

import pikachu.core.activations.Activation;
import pikachu.core.names.ActionName;
import pikachu.core.names.NamespaceName;

/** Which activations may share a warm container: those of one namespace, action and revision of it. */
record PoolKey(NamespaceName namespace, ActionName action, long revision) {
    static PoolKey of(Activation activation) {
        return new PoolKey(
                activation.caller().namespace(),
                activation.action().name(),
                activation.action().revision());
    }
}
