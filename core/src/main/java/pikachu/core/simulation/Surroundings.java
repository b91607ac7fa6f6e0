package pikachu.core.simulation;

import java.util.Set;
import pikachu.core.directory.MergeRule;
import pikachu.core.loops.Timing;
import pikachu.core.names.ControllerId;
import pikachu.core.names.InvokerId;

/** What every node finds around it. */
record Surroundings(
        Clockwork clock,
        SimBus bus,
        SimStore store,
        Truth truth,
        MergeRule rule,
        Timing timing,
        Timing invokerTiming,
        long tickMs,
        Set<InvokerId> invokers,
        Set<ControllerId> controllers) {}
