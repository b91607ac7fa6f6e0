package pikachu.runtime.http;

import java.io.InputStream;
import java.util.ArrayDeque;

/**
 * A request's body. It lies in pieces, each of which is forgotten when it has been read: there may be 100 MiB that the
 * function could use, and no array has to be grown by copying.
 */
public final class Body extends InputStream {
    private static final int PIECE = 256 * 1024;

    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
    private int length;
    private int used; // of the last piece
    private int taken; // of the first piece

    /** Room for at most {@code count} more bytes; {@link #room} says where and how much, {@link #added} what came. */
    byte[] room(int count) {
        var last = pieces.peekLast();
        if (last == null || used == last.length) {
            last = new byte[Math.min(count, PIECE)];
            pieces.addLast(last);
            used = 0;
        }
        return last;
    }

    int used() {
        return used;
    }

    void added(int count) {
        used += count;
        length += count;
    }

    int length() {
        return length;
    }

    @Override
    public int read() {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) {
        if (length == 0) {
            return -1;
        }
        var first = pieces.getFirst();
        int end = pieces.size() == 1 ? used : first.length;
        int moved = Math.min(count, end - taken);
        System.arraycopy(first, taken, target, offset, moved);
        taken += moved;
        length -= moved;
        if (taken == end) {
            pieces.removeFirst();
            taken = 0;
        }
        return moved;
    }

    @Override
    public int available() {
        return length;
    }
}
