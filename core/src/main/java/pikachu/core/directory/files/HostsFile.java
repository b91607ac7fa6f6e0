package pikachu.core.directory.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pikachu.core.instances.Entry;
import pikachu.core.names.InstanceId;

/**
 * Writes the file {@code hosts}, in the form of /etc/hosts: the live instances whose IDs can be host names. Readers of
 * such files take the first line for a name, not the last, so it is written whole each time that a name or address
 * changed, and renamed into place.
 *
 * <p>Host names have no case: of live IDs that differ only in it all are left out, so that every host decides alike. Used
 * by one thread.
 */
public final class HostsFile {
    private static final byte[] HEADER =
            "127.0.0.1\tlocalhost\n# instances of this namespace; written by the platform\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private final Path path;
    private final Readers readers;

    /** By name in lower case, the live instances of that name and their addresses; mostly one. */
    private final Map<String, Map<InstanceId, String>> names = new HashMap<>();

    private boolean isStale = true;

    public HostsFile(Path path, Readers readers) {
        this.path = path;
        this.readers = readers;
    }

    public void show(List<Entry> changed) {
        learn(changed);
        write();
    }

    public void showAll(List<Entry> entries) {
        learnAll(entries);
        write();
    }

    /** What the next {@link #write} tells besides what is there. */
    public void learn(List<Entry> changed) {
        changed.forEach(this::learn);
    }

    /** What the next {@link #write} tells instead of what is there. */
    public void learnAll(List<Entry> entries) {
        names.clear();
        isStale = true;
        learn(entries);
    }

    private void learn(Entry entry) {
        if (!isHostName(entry.id()) || !isAddress(entry.address())) {
            return;
        }
        var name = entry.id().value().toLowerCase(Locale.ROOT);
        var holders = names.computeIfAbsent(name, _ -> new HashMap<>(2));
        if (entry.isAlive()) {
            isStale |= !entry.address().equals(holders.put(entry.id(), entry.address()));
        } else {
            isStale |= holders.remove(entry.id()) != null;
        }
        if (holders.isEmpty()) {
            names.remove(name);
        }
    }

    // Asked at each change of each instance, so these do without regular expressions.

    static boolean isHostName(InstanceId id) {
        var value = id.value();
        return isName(value) && !isNumeric(value) && !value.contains("..") && !value.equalsIgnoreCase("localhost");
    }

    /** Letters, digits, '_', and between them '.' and '-'. */
    private static boolean isName(String value) {
        int last = value.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = value.charAt(i);
            boolean isInner = (c == '.' || c == '-') && i > 0 && i < last;
            if (!isInner && c != '_' && !isLetterOrDigit(c)) {
                return false;
            }
        }
        return last >= 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }

    /** Whether it is what resolvers take for an address, as they do 127.1 and 0x7f000001. */
    private static boolean isNumeric(String name) {
        for (int from = 0; from <= name.length(); ) {
            int dot = name.indexOf('.', from);
            int end = dot < 0 ? name.length() : dot;
            if (!isNumber(name, from, end)) {
                return false;
            }
            from = end + 1;
        }
        return true;
    }

    private static boolean isNumber(String name, int from, int end) {
        boolean isHex = name.startsWith("0x", from) || name.startsWith("0X", from);
        for (int i = isHex ? from + 2 : from; i < end; i++) {
            if (Character.digit(name.charAt(i), isHex ? 16 : 10) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Four numbers of one to three digits. */
    private static boolean isAddress(String text) {
        int dots = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0) {
                dots++;
                digits = 0;
            } else if (c < '0' || c > '9' || ++digits > 3) {
                return false;
            }
        }
        return dots == 3 && digits > 0;
    }

    /** Writes the file unless it says already what has been learnt. */
    public void write() {
        if (!isStale) {
            return;
        }
        var content = new ArrayList<byte[]>();
        content.add(HEADER);
        names.values().stream()
                .filter(holders -> holders.size() == 1)
                .flatMap(holders -> holders.entrySet().stream())
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(host -> content.add(
                        (host.getValue() + "\t" + host.getKey() + "\n").getBytes(StandardCharsets.US_ASCII)));
        try (var file = NewFile.replace(path, content, readers)) {
            isStale = !file.isOpen();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Could not write hosts file " + path + " (" + e.getMessage()
                            + "). It is tried again at the next change; is the disk full or the folder gone?",
                    e);
        }
    }
}
