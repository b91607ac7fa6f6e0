package pikachu.server.invoker;

import pikachu.core.activations.Status;
import pikachu.core.containers.Container;
import pikachu.core.instances.Ending;

/**
 * How an activation came out.
 *
 * @param response status and result as the record keeps them
 * @param ending what the directory says of the instance
 * @param isReusable whether the container may run another activation
 */
record Outcome(RunResponse response, Ending ending, boolean isReusable) {
    static Outcome answered(RunResponse response) {
        var isGood = response.status() == Status.SUCCESS || response.status() == Status.APPLICATION_ERROR;
        var ending = response.status() == Status.SUCCESS ? Ending.FINISHED : Ending.ERROR;
        return new Outcome(response, ending, isGood);
    }

    static Outcome failed(Status status, String text, Ending ending) {
        return new Outcome(RunResponse.error(status, text), ending, false);
    }

    /** Even when it has answered: what the kernel killed may be a child whose absence it does not notice. */
    static Outcome outOfMemory() {
        return failed(Status.DEVELOPER_ERROR, "The action exhausted its memory and was aborted.", Ending.OUT_OF_MEMORY);
    }

    /** The connection to the runtime ended during a call: why? */
    static Outcome broken(HostedContainer hosted, Job job, boolean isInit) {
        if (hosted.isTimedOut()) {
            return failed(
                    Status.DEVELOPER_ERROR,
                    "The action exceeded its time limits of " + job.timeoutMs() + " milliseconds"
                            + (isInit ? " during initialization." : "."),
                    Ending.TIMEOUT);
        }
        if (hosted.isStopped()) {
            return failed(Status.INTERNAL_ERROR, "The platform was stopped while the action ran.", Ending.STOPPED);
        }
        var exit = hosted.exit();
        if (exit.map(Container.Exit::outOfMemory).orElse(false) || hosted.ranOutOfMemory()) {
            return outOfMemory();
        }
        var isKilled = exit.isPresent() && exit.get().code() > 128;
        return failed(
                Status.DEVELOPER_ERROR,
                isInit
                        ? "The action did not initialize and exited unexpectedly."
                        : "The action did not produce a valid response and exited unexpectedly.",
                isKilled ? Ending.KILLED : Ending.ERROR);
    }
}
