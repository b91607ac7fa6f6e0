package pikachu.core.simulation;

import pikachu.core.messages.HealthMessage.ControllerHeartbeat;
import pikachu.core.messages.HealthMessage.Heartbeat;
import pikachu.core.messages.Message;

/** Which faults there are at the moment, and how often. */
final class Faults {
    /** What becomes of a publication. */
    enum Publication {
        DONE,
        /** The bus has it, but says that it has not. */
        UNKNOWN,
        LOST
    }

    private final Clockwork clock;
    private boolean isOn = true;
    private final double lossy;
    private final double doubling;
    private final double rereading;
    private double failing;
    private boolean isSlow;

    Faults(Clockwork clock) {
        this.clock = clock;
        lossy = clock.chance(0.7) ? clock.random().nextDouble() * 0.05 : 0;
        doubling = clock.chance(0.7) ? clock.random().nextDouble() * 0.02 : 0;
        rereading = clock.chance(0.7) ? clock.random().nextDouble() * 0.02 : 0;
    }

    void off() {
        isOn = false;
        failing = 0;
        isSlow = false;
    }

    boolean isOn() {
        return isOn;
    }

    void failing(double probability) {
        failing = probability;
    }

    void slow(boolean slow) {
        isSlow = slow;
    }

    boolean isSlow() {
        return isSlow;
    }

    Publication publication() {
        if (failing == 0 || !clock.chance(failing)) {
            return Publication.DONE;
        }
        return clock.chance(0.5) ? Publication.UNKNOWN : Publication.LOST;
    }

    /** Heartbeats that are due get lost less often: Kafka acknowledged them, and a row of them would be a death. */
    boolean loses(Message message) {
        if (!isOn || lossy == 0) {
            return false;
        }
        boolean isBeat =
                message instanceof ControllerHeartbeat || (message instanceof Heartbeat heartbeat && heartbeat.isDue());
        return clock.chance(isBeat ? lossy / 5 : lossy);
    }

    boolean duplicates() {
        return isOn && clock.chance(doubling);
    }

    boolean redelivers() {
        return isOn && clock.chance(rereading);
    }
}
