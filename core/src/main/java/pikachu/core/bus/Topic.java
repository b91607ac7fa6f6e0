package pikachu.core.bus;

import java.util.Optional;
import java.util.regex.Pattern;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;

/** A named log of records, in a fixed number of partitions. docs/formats/bus.md lists who writes and reads which. */
public record Topic(String name, int partitions) {
    private static final int BY_NAMESPACE = 16;
    private static final Pattern INVOKER = Pattern.compile("invoker([0-9]{1,9})");

    public static final Topic HEALTH = new Topic("health", 1);
    public static final Topic CLAIMS = new Topic("claims", BY_NAMESPACE);
    public static final Topic DIRECTORY = new Topic("directory", BY_NAMESPACE);

    public static Topic invoker(InvokerId invoker) {
        return new Topic("invoker" + invoker.number(), 1);
    }

    public static Topic completed(ControllerId controller) {
        return new Topic("completed" + controller.number(), 1);
    }

    /** Where a namespace's records go in the topics that are partitioned by namespace; the same on every host. */
    public static int partitionOf(NamespaceName namespace) {
        // String.hashCode is specified by the language, so every process agrees.
        return Math.floorMod(namespace.value().hashCode(), BY_NAMESPACE);
    }

    /** The invoker whose own topic this is. */
    public Optional<InvokerId> invoker() {
        var number = INVOKER.matcher(name);
        return number.matches() ? Optional.of(new InvokerId(Integer.parseInt(number.group(1)))) : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
