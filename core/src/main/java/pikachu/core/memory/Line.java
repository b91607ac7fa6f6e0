package pikachu.core.memory;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publications of one partition that are not visible yet, in the order in which they came. One that has arrived (it is as
 * durable as it has to be) may go unless it would overtake one with its own key, or one without a key, or has no key
 * itself. Linked, because those that wait for the disk are left standing while others pass.
 */
final class Line {
    private @Nullable Publication first;
    private @Nullable Publication last;
    private int keyless;
    private int held;

    void add(Publication publication) {
        publication.ahead = last;
        if (last == null) {
            first = publication;
        } else {
            last.behind = publication;
        }
        last = publication;
        keyless += publication.key == null ? 1 : 0;
    }

    void remove(Publication publication) {
        var ahead = publication.ahead;
        var behind = publication.behind;
        if (ahead == null) {
            first = behind;
        } else {
            ahead.behind = behind;
        }
        if (behind == null) {
            last = ahead;
        } else {
            behind.ahead = ahead;
        }
        keyless -= publication.key == null ? 1 : 0;
    }

    /** Marks it as arrived. Returns whether it may go now; if not, {@link #released} will name it. */
    boolean arrive(Publication publication) {
        publication.hasArrived = true;
        var mayGo = mayGo(publication);
        held += mayGo ? 0 : 1;
        return mayGo;
    }

    /** Takes out, in order, those that had arrived and may go now that somebody ahead of them has left. */
    List<Publication> released() {
        if (held == 0) {
            return List.of();
        }
        var released = new ArrayList<Publication>();
        for (var one = first; one != null; one = one.behind) {
            if (one.hasArrived && mayGo(one)) {
                remove(one);
                held--;
                released.add(one);
            }
        }
        return released;
    }

    private boolean mayGo(Publication publication) {
        if (publication.ahead == null) {
            return true;
        }
        if (publication.key == null) {
            return false;
        }
        if (keyless == 0 && publication.isOrderedByJournal()) {
            return true;
        }
        for (var other = publication.ahead; other != null; other = other.ahead) {
            if (other.key == null || other.key.equals(publication.key)) {
                return false;
            }
        }
        return true;
    }
}
