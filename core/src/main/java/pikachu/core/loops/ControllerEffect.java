package pikachu.core.loops;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import pikachu.core.activations.ActivationRecord;
import pikachu.core.bus.Durability;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.instances.Entry;
import pikachu.core.messages.Message;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;
import pikachu.core.names.NamespaceName;
import pikachu.core.scheduling.InvokerState;
import pikachu.core.scheduling.Target;

/** What a controller is to do. Effects of one step are carried out in order and take no time; what takes time is begun. */
public sealed interface ControllerEffect {
    /** Publish; tell how it ended by {@link ControllerEvent.PublishDone} with the same number. */
    record Publish(
            long publication,
            Topic topic,
            int partition,
            Optional<ActivationId> key,
            Message message,
            Durability durability)
            implements ControllerEffect {}

    /** Answer the caller who brought this ticket. */
    record Answer(long ticket, Reply reply) implements ControllerEffect {}

    /** Begin to read; each record comes as {@link ControllerEvent.Received} with this number. */
    record Read(long reading, Topic topic, int partition, Start start) implements ControllerEffect {}

    /** Nothing more of this reading is wanted. */
    record StopReading(long reading) implements ControllerEffect {}

    /** The record at this position of what this (open) reading reads needs no redelivery. */
    record Settle(long reading, long position) implements ControllerEffect {}

    /** Delete what lies before this position. */
    record Trim(Topic topic, int partition, long position) implements ControllerEffect {}

    /**
     * Create the document of {@link pikachu.core.store.Collection#PLACEMENTS} with ID {@code activation/attempt} unless
     * it exists; try until the store answers, then tell what it holds by {@link ControllerEvent.PlacementCreated}. But if
     * the activation has a record already it has ended: then create nothing and tell that by {@link
     * ControllerEvent.RecordCreated}.
     */
    record CreatePlacement(
            NamespaceName namespace, ActivationId activation, int attempt, Target target, ControllerId by)
            implements ControllerEffect {}

    /**
     * Create the activation's record unless there is one; try until the store answers, then say so by {@link
     * ControllerEvent.RecordCreated}.
     */
    record CreateRecord(ActivationRecord record) implements ControllerEffect {}

    /** If the activation has a record, say so by {@link ControllerEvent.RecordCreated}; else say nothing. */
    record FindRecord(NamespaceName namespace, ActivationId activation) implements ControllerEffect {}

    /** These entries are new or changed, for a {@link ControllerEvent.Watch}. */
    record Show(long watch, List<Entry> changed) implements ControllerEffect {
        public Show {
            changed = List.copyOf(changed);
        }
    }

    /** The answer to {@link ControllerEvent.ListInstances}. */
    record Instances(long ticket, List<Entry> entries) implements ControllerEffect {
        public Instances {
            entries = List.copyOf(entries);
        }
    }

    /** The answer to {@link ControllerEvent.Look}: the invokers, and what is in flight as {@code namespace/action@version}. */
    record Overview(long ticket, Map<InvokerId, InvokerState> invokers, Map<ActivationId, String> inFlight)
            implements ControllerEffect {
        public Overview {
            invokers = Map.copyOf(invokers);
            inFlight = Map.copyOf(inFlight);
        }
    }
}
