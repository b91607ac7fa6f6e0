package pikachu.server.invoker;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
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
 * @param recordForm how a record is stored
 * @param runtimes by kind, how one is started for a container of so many MB
 * @param apiHost where functions reach the API
 */
public record InvokerSettings(
        ContainerDriver driver,
        Network network,
        Store store,
        CodeSource codes,
        Function<ActivationRecord, NewDocument> recordForm,
        Path folder,
        Map<String, IntFunction<RuntimeCommand>> runtimes,
        Map<String, Volume> volumes,
        PoolSettings pool,
        String apiHost) {
    public InvokerSettings {
        runtimes = Map.copyOf(runtimes);
        volumes = Map.copyOf(volumes);
    }
}
