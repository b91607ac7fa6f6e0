package pikachu.core.loops;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pikachu.core.bus.Start;
import pikachu.core.bus.Topic;
import pikachu.core.messages.Message;

/**
 * What a controller reads, each reading with a number and somebody to take its records. A reading from which records are
 * still to be settled stays open after nobody wants more of it.
 */
final class Readings {
    /** Takes the records of one reading. */
    interface Taker {
        void take(Reading reading, long position, Message message);
    }

    /** A record that will be settled once what it asked for is durable. */
    record Mark(Reading reading, long position) {}

    /** One reader of one partition. */
    static final class Reading {
        final long number;
        private final Taker taker;
        private int unsettled;
        private boolean isOver;

        private Reading(long number, Taker taker) {
            this.number = number;
            this.taker = taker;
        }
    }

    private final List<ControllerEffect> effects;
    private final Map<Long, Reading> open = new HashMap<>();
    private long last;

    Readings(List<ControllerEffect> effects, long after) {
        this.effects = effects;
        last = after;
    }

    Reading open(Topic topic, int partition, Start start, Taker taker) {
        var reading = new Reading(++last, taker);
        open.put(reading.number, reading);
        effects.add(new ControllerEffect.Read(reading.number, topic, partition, start));
        return reading;
    }

    void received(ControllerEvent.Received received) {
        @Nullable Reading reading = open.get(received.reading());
        if (reading != null && !reading.isOver) {
            reading.taker.take(reading, received.position(), received.message());
        }
    }

    /** Settles at once. */
    void settle(Reading reading, long position) {
        if (open.containsKey(reading.number)) {
            effects.add(new ControllerEffect.Settle(reading.number, position));
        }
    }

    /** Settles later. */
    Mark mark(Reading reading, long position) {
        reading.unsettled++;
        return new Mark(reading, position);
    }

    void settle(Mark mark) {
        settle(mark.reading(), mark.position());
        mark.reading().unsettled--;
        closeIfDone(mark.reading());
    }

    /** Gives up settling: somebody else will. */
    void leave(Mark mark) {
        mark.reading().unsettled--;
        closeIfDone(mark.reading());
    }

    /** Nothing more of it is wanted. */
    void stop(Reading reading) {
        reading.isOver = true;
        closeIfDone(reading);
    }

    private void closeIfDone(Reading reading) {
        if (reading.isOver && reading.unsettled == 0 && open.remove(reading.number) != null) {
            effects.add(new ControllerEffect.StopReading(reading.number));
        }
    }

    void stopAll() {
        for (var reading : new ArrayList<>(open.values())) {
            reading.isOver = true;
            reading.unsettled = 0;
            closeIfDone(reading);
        }
    }

    long last() {
        return last;
    }
}
