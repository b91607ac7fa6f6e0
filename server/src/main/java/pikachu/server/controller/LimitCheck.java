package pikachu.server.controller;

import java.util.OptionalInt;
import pikachu.core.activations.Limits;
import pikachu.server.controller.PlatformLimits.Range;

/** An action's limits: what was asked for over what there was, within what the platform allows. */
final class LimitCheck {
    private final PlatformLimits allowed;

    LimitCheck(PlatformLimits allowed) {
        this.allowed = allowed;
    }

    Limits standard() {
        return new Limits(
                allowed.timeoutMs().standard(),
                allowed.memoryMb().standard(),
                allowed.logsMb().standard(),
                allowed.concurrency().standard());
    }

    /** @throws Refused with 400 when a limit lies outside its range */
    Limits merged(Limits old, ActionChange.Wanted wanted) {
        instances(wanted.instances());
        return new Limits(
                within(wanted.timeoutMs(), old.timeoutMs(), allowed.timeoutMs(), "duration", " milliseconds"),
                within(wanted.memoryMb(), old.memoryMb(), allowed.memoryMb(), "memory size", " MB"),
                within(wanted.logsMb(), old.logsMb(), allowed.logsMb(), "log size", " MB"),
                within(wanted.concurrency(), old.concurrency(), allowed.concurrency(), "concurrency", ""));
    }

    private static int within(OptionalInt wanted, int old, Range range, String what, String unit) {
        if (wanted.isEmpty()) {
            return old;
        }
        int value = wanted.getAsInt();
        if (value < range.min()) {
            throw refused(what + " " + value + unit + " below allowed threshold of " + range.min() + unit);
        }
        if (value > range.max()) {
            // OpenWhisk says "is exceeds" of concurrency, and clients match on it
            var exceeds = unit.isEmpty() ? " is exceeds allowed threshold of " : " exceeds allowed threshold of ";
            throw refused(what + " " + value + unit + exceeds + range.max() + unit);
        }
        return value;
    }

    private void instances(OptionalInt wanted) {
        int value = wanted.orElse(0);
        if (value < 0) {
            throw Refused.because(400, "Action container concurrency must be greater than or equal to 0.");
        }
        if (value > allowed.concurrentInvocations()) {
            throw Refused.because(
                    400,
                    "Max action instance concurrency must not exceed your namespace concurrency of "
                            + allowed.concurrentInvocations() + ".");
        }
    }

    private static Refused refused(String text) {
        return Refused.because(400, "requirement failed: " + text);
    }
}
