package pikachu.server.invoker;

import pikachu.core.activations.Activation;
import pikachu.core.names.NamespaceName;

/** What a container is from its start: it may become any action of this namespace, kind and memory. */
record CellKey(NamespaceName namespace, String kind, int memoryMb) {
    static CellKey of(Activation activation) {
        var action = activation.action();
        return new CellKey(
                activation.caller().namespace(), action.kind(), action.limits().memoryMb());
    }
}
