package pikachu.core.loops;

import java.util.List;
import java.util.Optional;
import pikachu.core.activations.Activation;
import pikachu.core.activations.JsonText;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Topic;
import pikachu.core.instances.Entry;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.NamespaceName;

/** What an invoker is to do. Effects of one step are carried out in order and take no time; what takes time is begun. */
public sealed interface InvokerEffect {
    /** Publish; tell how it ended by {@link InvokerEvent.PublishDone} with the same number. */
    record Publish(
            long publication,
            Topic topic,
            int partition,
            Optional<ActivationId> key,
            Message message,
            Durability durability)
            implements InvokerEffect {}

    /** Find or make a container; answered by Placed and Ready, or Gone and Finished, or NotStarted. */
    record Provide(Activation activation, JsonText arguments, JsonText environment) implements InvokerEffect {}

    /** POST /run now; answered by Gone and Finished. */
    record Run(ActivationId activation) implements InvokerEffect {}

    /** It will not be run here: give its container back. */
    record Drop(ActivationId activation) implements InvokerEffect {}

    /** The record of the own topic needs no redelivery. */
    record Settle(long position) implements InvokerEffect {}

    /** This incarnation is dead: kill every instance without reporting it, sweep, answer AllEnded. */
    record EndAll() implements InvokerEffect {}

    /** These entries of the namespace are new or changed, as functions here shall see them. */
    record Show(NamespaceName namespace, List<Entry> changed) implements InvokerEffect {
        public Show {
            changed = List.copyOf(changed);
        }
    }

    /** This is the namespace's whole directory as functions here shall see it. */
    record ShowAll(NamespaceName namespace, List<Entry> entries) implements InvokerEffect {
        public ShowAll {
            entries = List.copyOf(entries);
        }
    }

    /** Begin to read this partition of the directory, from its end. */
    record ReadDirectory(int partition) implements InvokerEffect {}

    /** Stop reading this partition of the directory. */
    record StopReadingDirectory(int partition) implements InvokerEffect {}
}
