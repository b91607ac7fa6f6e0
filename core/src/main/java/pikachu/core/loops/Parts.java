package pikachu.core.loops;

import java.util.List;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Incarnation;

/** What all parts of one life of a controller share. */
record Parts(
        ControllerId self,
        Incarnation life,
        List<ControllerEffect> effects,
        Publications<ControllerEffect> publications,
        Readings readings,
        Timers timers,
        RecentlyEnded ended) {
    long nowMs() {
        return publications.nowMs();
    }
}
