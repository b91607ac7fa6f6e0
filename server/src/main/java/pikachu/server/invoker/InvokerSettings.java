package pikachu.server.invoker;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.containers.ContainerDriver;
import pikachu.core.containers.ContainerSpec.Volume;
import pikachu.core.containers.Network;
import pikachu.core.containers.RuntimeCommand;
import pikachu.core.store.NewDocument;
import pikachu.core.store.Store;

/**
 * What an invoker is made of.
 *
 * @param folder for directory files and channels; short, since socket paths are
 * @param runtimes by kind
 * @param recordForm how a record is stored
 * @param memoryMb for all containers together
 * @param idleMs after which an idle container is removed
 * @param apiHost where functions reach the API
 */
public record InvokerSettings(
        ContainerDriver driver,
        Network network,
        Store store,
        CodeSource codes,
        Function<ActivationRecord, NewDocument> recordForm,
        Path folder,
        Map<String, RuntimeCommand> runtimes,
        Map<String, Volume> volumes,
        int memoryMb,
        long idleMs,
        String apiHost) {
    public InvokerSettings {
        runtimes = Map.copyOf(runtimes);
        volumes = Map.copyOf(volumes);
    }
}
