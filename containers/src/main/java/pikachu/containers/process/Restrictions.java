package pikachu.containers.process;

import java.util.ArrayList;
import java.util.List;
import pikachu.containers.host.Identity;

/** What the user is told before trusting this driver with anybody else's code. */
final class Restrictions {
    private Restrictions() {}

    static List<String> notHeld(Identity identity) {
        var sentences = new ArrayList<>(List.of(
                "Memory is not limited: a function may use all of the machine's, and nothing tells that it was killed"
                        + " for memory.",
                "CPU time is not shared out: a busy function slows the others.",
                "Functions see the machine's files, as far as their modes let any user read them, and its processes.",
                "Space on disk is not limited.",
                "Idle containers are not paused: what a function left running runs on.",
                "Volumes can be written wherever their modes allow it, also those given read-only.",
                "The network is the machine's own: functions reach each other across namespaces, may listen on each"
                        + " other's addresses, and reach everything that this machine reaches."));
        switch (identity) {
            case Identity.PerContainer _ -> {}
            case Identity.Shared shared ->
                sentences.addAll(List.of(
                        "Functions run as your own user (" + shared.user()
                                + "): they can read and change your files, and end your processes and each other.",
                        "The number of processes is not limited.",
                        "A process that a function starts without its environment and detaches may outlive its"
                                + " container, once the process that started it has ended."));
        }
        return List.copyOf(sentences);
    }
}
