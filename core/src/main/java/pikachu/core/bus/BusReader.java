package pikachu.core.bus;

import java.util.List;

/** One reader of one partition. Used by one thread; {@code close} may come from any. */
public interface BusReader extends AutoCloseable {
    /** The next records in order, at most {@code max}, at once; empty when there are none now. */
    List<Delivery> poll(int max);

    /**
     * Whether records that lie before those of the last {@link #poll} were deleted ({@link Bus#trim}) before this reader
     * came to them.
     */
    boolean hasMissed();

    /**
     * Says that the record at {@code position} needs no redelivery. Records may be settled out of order; a reader that
     * starts at {@link Start#UNSETTLED} sees every unsettled record and perhaps, again, settled ones that lie after the
     * first unsettled one.
     */
    void settle(long position);

    @Override
    void close();
}
